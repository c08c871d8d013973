-- What queries look for. All but the tags is derived from what stands elsewhere; `index_version` says by which rules.

ALTER TABLE devices ADD COLUMN firmware_key BIGINT;
ALTER TABLE devices ADD COLUMN index_version BIGINT NOT NULL DEFAULT 0;

ALTER TABLE device_status ADD COLUMN rssi_dbm BIGINT;
ALTER TABLE device_status ADD COLUMN booted_at TIMESTAMP;
-- With the MAC, so that the long readings are not touched.
CREATE INDEX device_status_by_signal ON device_status (rssi_dbm, mac);
CREATE INDEX device_status_by_boot ON device_status (booted_at, mac);

CREATE TABLE device_tags (
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (mac, tag)
);
CREATE INDEX device_tags_by_tag ON device_tags (tag, mac);

CREATE TABLE device_components (
    component TEXT NOT NULL,
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    PRIMARY KEY (component, mac)
);
CREATE INDEX device_components_by_device ON device_components (mac);

-- One row for each setting of each device: all of one setting lie together.
CREATE TABLE device_settings (
    setting TEXT NOT NULL,
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    instance BIGINT NOT NULL,
    value TEXT,
    number DOUBLE PRECISION,
    PRIMARY KEY (setting, mac, instance)
);
CREATE INDEX device_settings_by_device ON device_settings (mac);
