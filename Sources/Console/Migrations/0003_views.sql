-- What a saved view may be: a name that fits a list, and an address within the console. What there was of it before could be made
-- by no page.
alter table saved_view
    add column changed_at timestamptz not null default now(),
    add constraint saved_view_name check (char_length(name) between 1 and 100),
    add constraint saved_view_address check (address ~ '^/([!-.0-~][!-~]*)?$' and char_length(address) <= 2000);
