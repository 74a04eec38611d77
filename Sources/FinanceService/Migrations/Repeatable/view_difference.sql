-- By how much the sums of documents are behind. While nothing waits nothing is read.
create or replace function view_difference(most integer)
returns table (metric text, branch text, business_line text, day date, due_day date, currency text, amount numeric,
    as_of timestamptz) language plpgsql stable as $$
#variable_conflict use_column
declare
    document_kinds smallint[];
    document_sources text[];
    document_ids text[];
begin
    select array_agg(k.kind), array_agg(k.source), array_agg(k.id)
        into document_kinds, document_sources, document_ids from view_pending(most) k;
    if document_ids is null then return; end if;
    return query
    select v.metric, t.branch, t.business_line, t.day, v.due_day, t.currency, sum(t.amount), max(t.as_of)
    from (
        select n.metric, n.branch, n.business_line, n.day, n.due_day, n.currency, n.amount, n.as_of
        from view_entries(document_kinds, document_sources, document_ids) n
        union all
        select e.metric, e.branch, e.business_line, e.day, e.due_day, e.currency, -e.amount, null
        from unnest(document_kinds, document_sources, document_ids) as k(kind, source, id)
        join view_entry e on e.source = k.source and e.id = k.id and e.kind = k.kind
    ) t cross join lateral view_names(t.metric, t.due_day) v
    group by v.metric, t.branch, t.business_line, t.day, v.due_day, t.currency;
end $$;
