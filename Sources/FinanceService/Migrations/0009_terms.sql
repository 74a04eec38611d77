-- An invoice that does not say when it is due is due by the customer's terms, the latest agreed.
alter table receivable add column is_due_by_terms boolean not null default false;
create index receivable_by_terms on receivable (source, customer_code) where is_due_by_terms and settled_day is null;
