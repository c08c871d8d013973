DROP INDEX devices_by_endpoint;
ALTER TABLE sightings DROP COLUMN sources;
