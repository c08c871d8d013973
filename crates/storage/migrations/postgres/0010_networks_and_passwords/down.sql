DROP TABLE password_changes;
DROP TABLE wifi_networks;
