-- By which rule and by which rates the last evaluation judged, so that an order's answer can say so from the row that it
-- is decided by anyway.
alter table standing add column rule text, add column upper_rate numeric(24,4), add column pooled_rate numeric(24,4);
