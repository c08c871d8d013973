DROP INDEX job_units_by_ring;
