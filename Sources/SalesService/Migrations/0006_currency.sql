-- Amounts of different currencies are never added. The weekly series are read from the orders themselves, by currency, and
-- no longer kept beside them: series_week and series_recent are what the release before still writes, and go with the next.
create index orders_account on orders (source, customer_code) where customer_code is not null;

-- The last fifty order amounts of each series, for the test of a single odd order.
create table recent_amount (
    source         text not null,
    customer_code  text not null,
    business_line  text not null,
    currency       text not null,
    amounts        text not null,
    primary key (source, customer_code, business_line, currency)
);
insert into recent_amount
select source, customer_code, business_line, currency,
    string_agg(amount::float8::text, ' ' order by placed_at, order_id)
from (
    select *, row_number() over (
        partition by source, customer_code, business_line, currency order by placed_at desc, order_id desc) as place
    from orders where customer_code is not null and not is_cancelled
) o
where place <= 50 group by 1, 2, 3, 4;

-- The currency of the amounts; null where orders are counted. An older alert whose account orders in several currencies
-- has none, as its figures are sums over all of them.
alter table anomaly add currency text;
update anomaly a set currency = o.currency from orders o
where a.kind = 'odd-order' and o.source = a.source and o.order_id = a.order_id;
update anomaly a set currency = o.currency
from (
    select source, customer_code, business_line, min(currency) as currency from orders
    where customer_code is not null group by 1, 2, 3 having count(distinct currency) = 1
) o
where a.kind = 'level-swing' and a.metric = 'order-amount' and o.source = a.source
    and o.customer_code = a.customer_code and o.business_line = a.business_line;
