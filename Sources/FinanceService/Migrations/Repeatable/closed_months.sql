-- The months that are closed, as they stay until the transaction ends: whoever closes or opens one waits for the
-- transactions that have read this, and they for him. Within a function each statement sees what was committed before
-- it, so that the months are read as they are once the lock is held.
create or replace function closed_months() returns setof integer language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended(current_schema() || ' closed months', 0));
    return query select month - date '1970-01-01' from closed_month order by month;
end
$$;
