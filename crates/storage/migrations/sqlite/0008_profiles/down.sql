DROP INDEX layers_by_location;
ALTER TABLE layers DROP COLUMN location_id;
ALTER TABLE device_groups DROP COLUMN query;
DROP INDEX devices_by_location;
ALTER TABLE devices DROP COLUMN location;
DROP TABLE locations;
