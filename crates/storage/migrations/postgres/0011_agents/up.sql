CREATE TABLE agent_authority (
    id TEXT NOT NULL PRIMARY KEY,
    certificate TEXT NOT NULL,
    private_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE agent_codes (
    id TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL,
    hash TEXT NOT NULL,
    location_id TEXT REFERENCES locations (id) ON DELETE SET NULL,
    uses BIGINT NOT NULL,
    uses_left BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX agent_codes_hash ON agent_codes (hash);
CREATE INDEX agent_codes_location ON agent_codes (location_id);

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    location_id TEXT REFERENCES locations (id) ON DELETE SET NULL,
    enrolled_at TIMESTAMP NOT NULL,
    enrolled_with TEXT NOT NULL,
    certificate_expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    last_seen_at TIMESTAMP,
    connected_to TEXT,
    about TEXT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX agents_name ON agents (name);
CREATE INDEX agents_location ON agents (location_id);

CREATE TABLE access_points (
    ssid TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    interface TEXT NOT NULL,
    bssid TEXT NOT NULL,
    signal_dbm BIGINT NOT NULL,
    frequency_mhz BIGINT NOT NULL,
    security TEXT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (ssid, agent_id, interface)
);
CREATE INDEX access_points_agent ON access_points (agent_id);

CREATE TABLE provisionings (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    network TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL
);

CREATE TABLE agent_tasks (
    id TEXT NOT NULL PRIMARY KEY,
    provisioning_id TEXT REFERENCES provisionings (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    work TEXT NOT NULL,
    secrets TEXT,
    state TEXT NOT NULL,
    priority BIGINT NOT NULL,
    only_agent TEXT,
    only_interface TEXT,
    agent_id TEXT,
    interface TEXT,
    radio TEXT,
    fence BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until TIMESTAMP,
    deadline_at TIMESTAMP NOT NULL,
    not_before TIMESTAMP,
    report TEXT NOT NULL,
    reason TEXT,
    mac TEXT,
    job_id TEXT,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    started_at TIMESTAMP,
    finished_at TIMESTAMP,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX agent_tasks_radio ON agent_tasks (radio);
CREATE INDEX agent_tasks_provisioning ON agent_tasks (provisioning_id);
CREATE INDEX agent_tasks_state ON agent_tasks (state);
CREATE INDEX agent_tasks_agent ON agent_tasks (agent_id);

CREATE TABLE placements (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    models TEXT NOT NULL,
    ssid TEXT,
    subnet TEXT,
    location_id TEXT REFERENCES locations (id) ON DELETE SET NULL,
    group_id TEXT REFERENCES device_groups (id) ON DELETE SET NULL,
    profile_id TEXT REFERENCES profiles (id) ON DELETE SET NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX placements_name ON placements (name);
CREATE INDEX placements_location ON placements (location_id);
CREATE INDEX placements_group ON placements (group_id);
CREATE INDEX placements_profile ON placements (profile_id);
