-- A cancellation carries a revision and no content. Which revision the content is of must be known apart, or what a
-- cancelled order holds follows from the order of arrival: a change from before the cancellation counted only when it came
-- before it. What an earlier release wrote says nothing of it: its content counts as the newest before the cancellation.
alter table orders add column content_revision integer;
update orders set content_revision = revision where customer_code is not null;
