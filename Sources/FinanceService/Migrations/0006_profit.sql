-- Profit is analysed by period: by the day an order was placed, or by the day its services were done.
create index orders_day on orders (day);
create index cost_day on cost (day);
