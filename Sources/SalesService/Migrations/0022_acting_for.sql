-- For whom somebody has what is open, whose own it was until they left: once what the leaver looked after is handed over, it goes
-- along, as notices do. NULL for what is one's own.
alter table opportunity add column acting_for text;
alter table quote_revision add column acting_for text;
