DROP TABLE expected_devices;
DROP INDEX jobs_by_kind;
ALTER TABLE drift_items DROP COLUMN repair_job;
DROP TABLE repair_policies;
