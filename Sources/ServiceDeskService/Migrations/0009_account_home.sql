-- Where an account is looked after and by whom, as the customer service says it: by it people see what is of their accounts.
-- Until that is said again, the branch is that of the account's last delivery, and the person is not known.
alter table account add column branch text, add column sales_owner text;

update account a set branch = (
    select d.branch from delivery d
    where d.source = a.source and d.customer_code = a.code and d.branch is not null
    order by coalesce(d.completed_at, d.promised_at) desc nulls last, d.order_id desc limit 1);
