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
