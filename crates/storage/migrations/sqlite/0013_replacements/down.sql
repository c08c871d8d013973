DROP TABLE replacements;
DELETE FROM devices WHERE mac IN (SELECT mac FROM retired_devices);
DROP TABLE retired_devices;
