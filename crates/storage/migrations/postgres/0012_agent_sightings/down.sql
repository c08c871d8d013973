DROP TABLE agent_sightings;
