DROP TABLE rule_waivers;
DROP TABLE own_rules;
DROP TABLE rule_policies;
