-- Keys of WiFi networks, by which devices find their way back. Sealed; empty for an open network.
CREATE TABLE wifi_networks (
    ssid TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Passwords that devices are about to get, or have and did not prove yet. Sealed; none takes the password away.
CREATE TABLE password_changes (
    mac TEXT NOT NULL PRIMARY KEY REFERENCES devices (mac) ON DELETE CASCADE,
    job_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    secret TEXT,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
