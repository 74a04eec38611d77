-- Under which names an entry is summed.
create or replace function view_names(metric text, due_day date) returns table (metric text, due_day date)
language sql immutable as $$
    select $1, date 'epoch' union all select 'open', $2 where $1 = 'receivable'
$$;
