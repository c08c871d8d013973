DROP INDEX jobs_by_source;
DROP INDEX jobs_by_end;
DROP TABLE upkeep;
