create or replace function name_account() returns trigger language plpgsql as $$
begin
    new.own_id := account_party(new.source, new.code);
    return new;
end
$$;
