ALTER TABLE job_journal RENAME COLUMN job_id TO plan_id;
ALTER TABLE job_journal RENAME TO plan_journal;

DROP INDEX job_units_waiting;
ALTER TABLE job_units DROP COLUMN ended_at;
ALTER TABLE job_units DROP COLUMN woken_at;
ALTER TABLE job_units DROP COLUMN queued_until;
ALTER TABLE job_units DROP COLUMN rollback;
ALTER TABLE job_units DROP COLUMN preview;
ALTER TABLE job_units DROP COLUMN ring;
ALTER TABLE job_units RENAME COLUMN job_id TO plan_id;
ALTER TABLE job_units RENAME TO plan_units;

ALTER TABLE jobs DROP COLUMN started_at;
ALTER TABLE jobs DROP COLUMN approved_by;
ALTER TABLE jobs DROP COLUMN reason;
ALTER TABLE jobs DROP COLUMN options;
ALTER TABLE jobs DROP COLUMN source;
ALTER TABLE jobs DROP COLUMN kind;
ALTER TABLE jobs RENAME TO plans;

ALTER TABLE devices DROP COLUMN critical;
