-- A party may be customer and supplier: the same valid credit code says so.
alter table supplier_account add credit_code text;
create index supplier_account_code on supplier_account (credit_code) where credit_code is not null;

-- Customers as the customer service last told them.
create table customer_party (
    customer_id  text    primary key,
    revision     bigint  not null,
    name         text,
    credit_code  text,
    merged_into  text
);
create index customer_party_code on customer_party (credit_code) where credit_code is not null;
