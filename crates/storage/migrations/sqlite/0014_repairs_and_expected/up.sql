-- What is done about drift when nobody is asked, by whose policy it is.
CREATE TABLE repair_policies (
    scope TEXT NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL,
    location_id TEXT REFERENCES locations (id) ON DELETE CASCADE,
    group_id TEXT REFERENCES device_groups (id) ON DELETE CASCADE,
    profile_id TEXT REFERENCES profiles (id) ON DELETE CASCADE,
    mac TEXT REFERENCES devices (mac) ON DELETE CASCADE,
    updated_at TIMESTAMP NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX repair_policies_by_location ON repair_policies (location_id);
CREATE INDEX repair_policies_by_group ON repair_policies (group_id);
CREATE INDEX repair_policies_by_profile ON repair_policies (profile_id);
CREATE INDEX repair_policies_by_device ON repair_policies (mac);

-- The job that a policy made for a difference. No reference: what is known of a difference outlives an old job.
ALTER TABLE drift_items ADD COLUMN repair_job TEXT;

CREATE INDEX jobs_by_kind ON jobs (kind, created_at);

-- Devices that are expected and were not adopted yet.
CREATE TABLE expected_devices (
    mac TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    names_device BOOLEAN NOT NULL,
    address TEXT,
    tags TEXT NOT NULL,
    location_id TEXT REFERENCES locations (id) ON DELETE SET NULL,
    group_id TEXT REFERENCES device_groups (id) ON DELETE SET NULL,
    profile_id TEXT REFERENCES profiles (id) ON DELETE SET NULL,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX expected_devices_by_location ON expected_devices (location_id);
CREATE INDEX expected_devices_by_group ON expected_devices (group_id);
CREATE INDEX expected_devices_by_profile ON expected_devices (profile_id);
