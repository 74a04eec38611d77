-- Invoices that name an order which has not come and do not say whose it is, by whom they bill: the order of that number that
-- another system of the same party has placed must not stand in the exposure beside them.
create table waiting_bill (
    order_source text not null,
    order_id text not null,
    source text not null,
    invoice_id text not null,
    customer_source text not null,
    customer_code text not null,
    primary key (order_id, order_source, source, invoice_id)
);
create index waiting_bill_customer on waiting_bill (customer_code, customer_source);

insert into waiting_bill (order_source, order_id, source, invoice_id, customer_source, customer_code)
select o.source, o.order_id, r.source, r.invoice_id, r.customer_source, r.customer_code
from orders o
join receivable r on r.order_source = o.source and r.order_ids @> array[o.order_id] and r.amount is not null
where o.customer_code = '' and o.is_billed and not o.is_cancelled and r.order_of is null
on conflict do nothing;

-- Payments that wait for their supplier's invoice are asked for whenever somebody looks what waits.
create index supplier_allocation_waiting on supplier_allocation (source, invoice_id) where applied = 0;
