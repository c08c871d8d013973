DROP INDEX devices_by_power;
ALTER TABLE devices DROP COLUMN powered_by_component;
ALTER TABLE devices DROP COLUMN powered_by_mac;
ALTER TABLE devices DROP COLUMN offline_reason;
