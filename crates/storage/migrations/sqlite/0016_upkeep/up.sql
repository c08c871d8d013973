-- Work that one manager of several does, by its name: who is at it, and what came of it last.
CREATE TABLE upkeep (
    name TEXT NOT NULL PRIMARY KEY,
    owner TEXT,
    lease_until TIMESTAMP,
    began_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    removed TEXT NOT NULL
);

CREATE INDEX jobs_by_end ON jobs (finished_at, id);
CREATE INDEX jobs_by_source ON jobs (source);
