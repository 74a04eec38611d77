create or replace function mark_rounding() returns trigger language plpgsql as $$
begin
    insert into view_mark (kind, source, id) select 0, source, invoice_id from rows where applied <> 0;
    return null;
end $$;
