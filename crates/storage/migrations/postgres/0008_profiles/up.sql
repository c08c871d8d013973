CREATE TABLE locations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    parent TEXT REFERENCES locations (id),
    time_zone TEXT,
    created_at TIMESTAMP NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX locations_name ON locations (name);
CREATE INDEX locations_parent ON locations (parent);

ALTER TABLE devices ADD COLUMN location TEXT REFERENCES locations (id) ON DELETE SET NULL;
CREATE INDEX devices_by_location ON devices (location);

ALTER TABLE device_groups ADD COLUMN query TEXT;

ALTER TABLE layers ADD COLUMN location_id TEXT REFERENCES locations (id) ON DELETE CASCADE;
CREATE INDEX layers_by_location ON layers (location_id);

CREATE TABLE profiles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    rank BIGINT NOT NULL,
    models TEXT NOT NULL,
    query TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX profiles_name ON profiles (name);

CREATE TABLE profile_versions (
    profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    put_back BIGINT,
    PRIMARY KEY (profile_id, version)
);

CREATE TABLE profile_devices (
    profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    PRIMARY KEY (profile_id, mac)
);
CREATE INDEX profile_devices_by_mac ON profile_devices (mac);

-- The wishes of a version of a profile are a layer.
ALTER TABLE layers ADD COLUMN profile_id TEXT REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE layers ADD COLUMN profile_version BIGINT;
CREATE INDEX layers_by_profile ON layers (profile_id);

CREATE TABLE variables (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    sealed BOOLEAN NOT NULL,
    location_id TEXT REFERENCES locations (id) ON DELETE CASCADE,
    group_id TEXT REFERENCES device_groups (id) ON DELETE CASCADE,
    mac TEXT REFERENCES devices (mac) ON DELETE CASCADE,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (scope, name)
);
CREATE INDEX variables_by_location ON variables (location_id);
CREATE INDEX variables_by_group ON variables (group_id);
CREATE INDEX variables_by_device ON variables (mac);

CREATE TABLE drift_items (
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    path TEXT NOT NULL,
    found_at TIMESTAMP NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (mac, path)
);

CREATE TABLE drift_waivers (
    id TEXT NOT NULL PRIMARY KEY,
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    path TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX drift_waivers_by_device ON drift_waivers (mac);
