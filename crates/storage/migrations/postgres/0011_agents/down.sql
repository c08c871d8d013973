DROP TABLE placements;
DROP TABLE agent_tasks;
DROP TABLE provisionings;
DROP TABLE access_points;
DROP TABLE agents;
DROP TABLE agent_codes;
DROP TABLE agent_authority;
