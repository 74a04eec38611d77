-- Each day looks for the rules of cards that end two weeks later.
create index rate_rule_ends on rate_rule (upper(validity));
