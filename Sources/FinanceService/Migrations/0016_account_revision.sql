-- How new what is said of an account is: the revision of its homing × 1,000,000,000 + that of its customer's record.
-- `revision` kept both in an integer, the homing × 100,000 + the record up to 99,999: behind its 99,999th revision no
-- customer's record was taken over any more. It stays for the release before, which may run beside this one: whichever
-- of the two columns a release writes, the other follows.
alter table account add column said bigint;

update account set said = (revision / 100000)::bigint * 1000000000 + revision % 100000;

create function account_revisions() returns trigger language plpgsql as $$
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

create function account_old_revision(said bigint) returns integer language sql immutable as $$
    select least(said / 1000000000 * 100000 + least(said % 1000000000, 99999), 2147483647)::integer
$$;

create trigger account_revisions before insert or update of revision, said on account
    for each row execute function account_revisions();

alter table account alter column said set not null;
