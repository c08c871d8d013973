-- The list of devices in its order, with what it is often filtered by: a row that is not meant is passed over without being
-- read. PostgreSQL would read it all the same.
DROP INDEX devices_by_name;
CREATE INDEX devices_by_name ON devices (sort_name, mac, search_text, firmware_key);
-- What has become of a ring, and who is next in it: units are long rows.
CREATE INDEX job_units_by_ring ON job_units (job_id, ring, state, woken_at, position, mac, ended_at);
