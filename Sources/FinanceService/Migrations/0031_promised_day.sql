-- Each day looks for what is promised for it and the next one.
create index payment_promise_day on payment_promise (promised_day);
