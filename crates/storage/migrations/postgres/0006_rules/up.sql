CREATE TABLE rule_policies (
    rule TEXT NOT NULL PRIMARY KEY,
    is_off BOOLEAN NOT NULL,
    severity TEXT
);

CREATE TABLE own_rules (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    why TEXT NOT NULL,
    expression TEXT NOT NULL,
    group_id TEXT REFERENCES device_groups (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX own_rules_group ON own_rules (group_id);

CREATE TABLE rule_waivers (
    id TEXT NOT NULL PRIMARY KEY,
    rule TEXT NOT NULL,
    mac TEXT REFERENCES devices (mac) ON DELETE CASCADE,
    until TIMESTAMP,
    reason TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX rule_waivers_rule ON rule_waivers (rule);
CREATE INDEX rule_waivers_mac ON rule_waivers (mac);
