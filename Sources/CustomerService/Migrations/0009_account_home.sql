-- An account stays with its branch and owner until most of its last orders name others (AccountHome). What the newest
-- master record said of the branch is where that begins.
alter table account add reported_branch text;
alter table account add reported_at bigint;
alter table value_order add sales_owner text;
