-- Where an account is looked after, as the customer service says it: by it a branch sees what is of its accounts. Until that is
-- said again, it is where the account's last order was placed.
alter table account add column branch text;

update account a set branch = (
    select o.branch from orders o
    where o.source = a.source and o.customer_code = a.code and o.branch is not null
    order by o.placed_at desc, o.order_id desc limit 1);
