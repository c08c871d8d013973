-- JSON: when each source saw a device last.
ALTER TABLE sightings ADD COLUMN sources TEXT NOT NULL DEFAULT '{}';
UPDATE sightings SET sources = json_object(source, strftime('%Y-%m-%dT%H:%M:%fZ', last_seen_at));
CREATE INDEX devices_by_endpoint ON devices (endpoint);
