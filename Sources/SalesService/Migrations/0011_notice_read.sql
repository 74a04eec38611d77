-- Who has read a notice, and when: it is open no longer, though what it tells may not be over.
alter table finance_notice add column acknowledged_at timestamptz;
alter table finance_notice add column acknowledged_by text;
create index finance_notice_open on finance_notice (told_at) where cleared_at is null and acknowledged_at is null;
