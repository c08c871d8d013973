ALTER TABLE devices ADD COLUMN offline_reason TEXT;
ALTER TABLE devices ADD COLUMN powered_by_mac TEXT REFERENCES devices (mac) ON DELETE SET NULL;
ALTER TABLE devices ADD COLUMN powered_by_component TEXT;
CREATE INDEX devices_by_power ON devices (powered_by_mac);
