-- What the release before keeps of how new an account is: the revision of its homing × 100,000 + that of its customer's
-- record, up to 99,999.
create or replace function account_old_revision(said bigint) returns integer language sql immutable as $$
    select least(said / 1000000000 * 100000 + least(said % 1000000000, 99999), 2147483647)::integer
$$;
