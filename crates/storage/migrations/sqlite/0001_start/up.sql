-- Instants are UTC. Numbers of events are never used twice, hence AUTOINCREMENT.

CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL,
    user_name TEXT NOT NULL,
    password TEXT NOT NULL,
    position BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX credentials_label ON credentials (label);

CREATE TABLE devices (
    mac TEXT NOT NULL PRIMARY KEY,
    model TEXT NOT NULL,
    generation BIGINT NOT NULL,
    app TEXT,
    name TEXT,
    label TEXT,
    host_name TEXT,
    endpoint TEXT NOT NULL,
    firmware TEXT NOT NULL,
    profile TEXT,
    auth_required BOOLEAN NOT NULL,
    sleeps BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    poll_interval_s BIGINT,
    first_seen_at TIMESTAMP NOT NULL,
    adopted_at TIMESTAMP NOT NULL,
    credential_id TEXT REFERENCES credentials (id) ON DELETE SET NULL,
    restart_required BOOLEAN NOT NULL,
    drift_state TEXT NOT NULL,
    drift_count BIGINT NOT NULL,
    drift_checked_at TIMESTAMP,
    revision BIGINT NOT NULL,
    sort_name TEXT NOT NULL,
    search_text TEXT NOT NULL
);
CREATE INDEX devices_by_name ON devices (sort_name, mac);
CREATE INDEX devices_by_state ON devices (state, sort_name, mac);
CREATE INDEX devices_by_generation ON devices (generation, sort_name, mac);
CREATE INDEX devices_by_drift ON devices (drift_state, sort_name, mac);
CREATE INDEX devices_by_credential ON devices (credential_id);

CREATE TABLE device_contacts (
    mac TEXT NOT NULL PRIMARY KEY REFERENCES devices (mac) ON DELETE CASCADE,
    last_seen_at TIMESTAMP NOT NULL
);

CREATE TABLE device_status (
    mac TEXT NOT NULL PRIMARY KEY REFERENCES devices (mac) ON DELETE CASCADE,
    status TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

CREATE TABLE device_secrets (
    mac TEXT NOT NULL PRIMARY KEY REFERENCES devices (mac) ON DELETE CASCADE,
    user_name TEXT NOT NULL,
    password TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE device_groups (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    rank BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX device_groups_name ON device_groups (name);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES device_groups (id) ON DELETE CASCADE,
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    PRIMARY KEY (group_id, mac)
);
CREATE INDEX group_members_by_device ON group_members (mac);

CREATE TABLE layers (
    id TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    group_id TEXT REFERENCES device_groups (id) ON DELETE CASCADE,
    mac TEXT REFERENCES devices (mac) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX layers_scope ON layers (scope);
CREATE INDEX layers_by_group ON layers (group_id);
CREATE INDEX layers_by_device ON layers (mac);

CREATE TABLE layer_settings (
    layer_id TEXT NOT NULL REFERENCES layers (id) ON DELETE CASCADE,
    selector TEXT NOT NULL,
    value TEXT NOT NULL,
    sealed BOOLEAN NOT NULL,
    PRIMARY KEY (layer_id, selector)
);

CREATE TABLE snapshots (
    id TEXT NOT NULL PRIMARY KEY,
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    taken_at TIMESTAMP NOT NULL,
    cause TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    components TEXT NOT NULL,
    settings TEXT NOT NULL,
    kept TEXT NOT NULL,
    raw TEXT NOT NULL
);
CREATE INDEX snapshots_by_device ON snapshots (mac, taken_at, id);

CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,
    changes BIGINT NOT NULL,
    finished_at TIMESTAMP,
    revision BIGINT NOT NULL
);
CREATE INDEX plans_by_age ON plans (created_at, id);
CREATE INDEX plans_by_state ON plans (state, created_at);

-- The device is no foreign key: what was done to it outlives it.
CREATE TABLE plan_units (
    plan_id TEXT NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
    mac TEXT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    plan TEXT,
    report TEXT,
    reason TEXT,
    attempts BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMP,
    PRIMARY KEY (plan_id, mac)
);
CREATE INDEX plan_units_by_state ON plan_units (plan_id, state, position);
CREATE INDEX plan_units_by_device ON plan_units (mac);

CREATE TABLE plan_journal (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    plan_id TEXT NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
    mac TEXT NOT NULL,
    step BIGINT,
    phase TEXT NOT NULL,
    detail TEXT,
    at TIMESTAMP NOT NULL
);
CREATE INDEX plan_journal_by_unit ON plan_journal (plan_id, mac, id);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    permission TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    expires_at TIMESTAMP
);
CREATE UNIQUE INDEX tokens_name ON tokens (name);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE sign_in_codes (
    hash TEXT NOT NULL PRIMARY KEY,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE sightings (
    mac TEXT NOT NULL PRIMARY KEY,
    identity TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    source TEXT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL,
    note TEXT
);
CREATE INDEX sightings_by_age ON sightings (first_seen_at, mac);
CREATE INDEX sightings_by_state ON sightings (state, first_seen_at, mac);

CREATE TABLE scans (
    id TEXT NOT NULL PRIMARY KEY,
    targets TEXT NOT NULL,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    probed BIGINT NOT NULL,
    found BIGINT NOT NULL,
    adopted BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    error TEXT
);
CREATE INDEX scans_by_age ON scans (started_at, id);
CREATE INDEX scans_by_state ON scans (state);

-- The device is no foreign key: what happened to it outlives it.
CREATE TABLE events (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    mac TEXT,
    kind TEXT NOT NULL,
    event TEXT NOT NULL
);
CREATE INDEX events_by_device ON events (mac, seq);

CREATE TABLE setting_proofs (
    mac TEXT NOT NULL REFERENCES devices (mac) ON DELETE CASCADE,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    proven_at TIMESTAMP NOT NULL,
    PRIMARY KEY (mac, path)
);
