-- A supplier's invoice that does not fit what was recorded and is to be paid all the same: who says so and why, and which
-- other person has agreed.
create table payable_release (
    source       text        not null,
    invoice_id   text        not null,
    reason       text        not null,
    proposed_by  text        not null,
    proposed_at  timestamptz not null,
    note         text,
    approved_by  text,
    approved_at  timestamptz,
    primary key (source, invoice_id),
    check ((approved_by is null) = (approved_at is null) and approved_by is distinct from proposed_by)
);

-- What an alert named as its causes when it was raised, and the rate below which a margin was low then; not known of older ones.
alter table alert add column causes text;
alter table alert add column threshold numeric(19,4);
