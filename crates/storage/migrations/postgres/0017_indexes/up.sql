-- What has become of a ring, and who is next in it: units are long rows.
CREATE INDEX job_units_by_ring ON job_units (job_id, ring, state, woken_at, position, mac, ended_at);
