create index account_customer on account (customer_id);
