create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger of interactions is not changed: log another one';
end $$;
