-- What the tables of the audit have before each update and delete: it refuses.
create or replace function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
    raise exception 'what the audit says is never changed' using errcode = 'restrict_violation';
end $$;
