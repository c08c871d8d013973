-- Devices whose place another one took. They are kept for their history and can return.
CREATE TABLE retired_devices (
    mac TEXT NOT NULL PRIMARY KEY REFERENCES devices (mac) ON DELETE CASCADE,
    retired_at TIMESTAMP NOT NULL
);

-- Which device took the place of which, and what both had before, to be put back.
CREATE TABLE replacements (
    job_id TEXT NOT NULL PRIMARY KEY,
    former TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    former_name TEXT NOT NULL,
    former_model TEXT NOT NULL,
    successor TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    replaced_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP,
    kept TEXT NOT NULL
);
CREATE INDEX replacements_former ON replacements (former);
CREATE INDEX replacements_successor ON replacements (successor);
