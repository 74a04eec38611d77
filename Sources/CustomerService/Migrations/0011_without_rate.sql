-- The currency of an order or invoice for which there was no rate in CNY on its day. What it says of days and deliveries
-- counts; its amounts are nought, and this says that they are not known rather than none.
alter table value_order add no_rate text;
create index value_order_no_rate on value_order (no_rate) where no_rate is not null;

alter table value_invoice add no_rate text;
create index value_invoice_no_rate on value_invoice (no_rate) where no_rate is not null;
