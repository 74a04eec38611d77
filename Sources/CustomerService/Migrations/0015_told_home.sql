-- Where an account is looked after and by whom as sales says it (customer_owner), on the day that has begun last. It stands
-- above branch and sales_owner, which go on saying what orders and records say.
alter table account add column is_told boolean not null default false;
alter table account add column told_branch text;
alter table account add column told_sales_owner text;

-- What orders, records and corrections say of a customer of which sales has ever said something; branch and sales_owner are
-- then what counts of all.
alter table customer add column is_told boolean not null default false;
alter table customer add column record_branch text;
alter table customer add column record_sales_owner text;
