CREATE TABLE agent_sightings (
    mac TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    endpoint TEXT NOT NULL,
    source TEXT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (mac, agent_id)
);
CREATE INDEX agent_sightings_agent ON agent_sightings (agent_id);
