-- For the release before, which may run beside this one: whichever of the two columns of an account's revision it writes, the
-- other follows.
create or replace function account_revisions() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new.said is distinct from old.said then
            new.revision := account_old_revision(new.said);
        elsif new.revision <> old.revision then
            new.said := (new.revision / 100000)::bigint * 1000000000 + new.revision % 100000;
        end if;
    elsif new.said is null then
        new.revision := coalesce(new.revision, 0);
        new.said := (new.revision / 100000)::bigint * 1000000000 + new.revision % 100000;
    else
        new.revision := account_old_revision(new.said);
    end if;
    return new;
end
$$;
