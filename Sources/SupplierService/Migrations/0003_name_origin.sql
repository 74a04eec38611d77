-- When the master record was said that the name, and the credit code, are of; null while the name is only what orders,
-- costs and invoices called the supplier. The newest master record counts, and nothing else replaces it.
alter table supplier_account add name_said_at bigint;
alter table supplier_account add credit_said_at bigint;
