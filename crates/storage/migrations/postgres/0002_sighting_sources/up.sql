-- JSON: when each source saw a device last.
ALTER TABLE sightings ADD COLUMN sources TEXT NOT NULL DEFAULT '{}';
UPDATE sightings
    SET sources = json_build_object(source, to_char(last_seen_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text;
CREATE INDEX devices_by_endpoint ON devices (endpoint);
