DROP INDEX job_units_by_ring;
DROP INDEX devices_by_name;
CREATE INDEX devices_by_name ON devices (sort_name, mac);
