-- What was decided about a customer by an identifier that it has no longer is found by the account that the identifier was made
-- of. Whoever writes accounts waits while it is built, a second for some hundred thousand.
create index account_own on account (own_id);
