-- An alert is diagnosed, escalated when nobody does, and ends in one outcome. `due_on` is the day at whose end it
-- escalates: that of the diagnosis, then that of the recovery plan, then none.
alter table alert
    add column diagnose_by   date,
    add column due_on        date,
    add column reason        text,
    add column plan          text,
    add column recover_by    date,
    add column diagnosed_by  text,
    add column diagnosed_at  timestamptz,
    add column escalated_to  text,
    add column escalated_at  timestamptz,
    add column outcome       text,
    add column note          text,
    add column closed_by     text,
    add column closed_at     timestamptz;
-- Nobody was asked to diagnose what stands already: a week is given for it.
update alert set diagnose_by = current_date + 7, due_on = current_date + 7 where cleared_at is null;
update alert set outcome = case clearing when 'severity-changed' then 'superseded' else clearing end
    where cleared_at is not null;
create index alert_due on alert (due_on) where due_on is not null;
