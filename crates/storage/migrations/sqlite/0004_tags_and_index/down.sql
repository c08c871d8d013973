DROP TABLE device_settings;
DROP TABLE device_components;
DROP TABLE device_tags;
DROP INDEX device_status_by_boot;
DROP INDEX device_status_by_signal;
ALTER TABLE device_status DROP COLUMN booted_at;
ALTER TABLE device_status DROP COLUMN rssi_dbm;
ALTER TABLE devices DROP COLUMN index_version;
ALTER TABLE devices DROP COLUMN firmware_key;
