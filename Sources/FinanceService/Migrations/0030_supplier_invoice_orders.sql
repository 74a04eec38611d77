-- An order is waited for wherever it stands in a supplier's invoice.
create index supplier_invoice_orders on supplier_invoice using gin (order_ids) where amount is not null;
insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line, branch,
    placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted, is_provisional, low_raised, negative_raised,
    content_revision)
select distinct s.order_source, n.order_id, 1, 0, 0, false, '', '', '', timestamptz 'epoch', date 'epoch', 'CNY', '[]', 0, 0,
    0, false, false, 0, 0, 0
from supplier_invoice s cross join unnest(s.order_ids) as n(order_id)
where s.amount is not null
on conflict do nothing;
