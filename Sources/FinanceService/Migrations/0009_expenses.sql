-- What may be spent on sales, and how far it is used. The sums are moved with every expense, never added up again. An
-- alert that is open is named, so that what ends it can name it.
create table expense_budget (
    source        text          not null,
    budget_id     text          not null,
    revision      integer       not null,
    branch        text          not null,
    owner         text,
    account       text          not null,
    from_day      date          not null,
    to_day        date          not null,
    amount        numeric(19,4) not null,
    currency      text          not null,
    sales_target  numeric(19,4),
    set_by        text          not null,
    planned       numeric(24,4) not null default 0,
    committed     numeric(24,4) not null default 0,
    actual        numeric(24,4) not null default 0,
    held          numeric(24,4) not null default 0,
    level         smallint      not null default 0,
    level_alert   text,
    lowered_alert text,
    pace_alert    text,
    raised        integer       not null default 0,
    sold          numeric(24,4),
    sold_at       timestamptz,
    changed_at    timestamptz   not null,
    primary key (source, budget_id),
    check (planned >= 0 and committed >= 0 and actual >= 0 and held >= 0)
);
create index expense_budget_place on expense_budget (branch, account);

-- An expense in the state it has reached. It may come before its budget and waits for it, its budget NULL. `counted` is
-- what it takes of its budget, in the budget's currency.
create table expense (
    source        text          not null,
    expense_id    text          not null,
    state         smallint      not null,
    branch        text          not null,
    owner         text          not null,
    account       text          not null,
    day           date          not null,
    amount        numeric(19,4) not null,
    currency      text          not null,
    budget_source text,
    budget_id     text,
    counted       numeric(19,4),
    is_held       boolean       not null,
    is_committed  boolean       not null,
    approved_by   text,
    primary key (source, expense_id)
);
create index expense_budget_id on expense (budget_source, budget_id);
create index expense_open on expense (branch, account) where budget_id is null or is_held;
create index expense_owner on expense (owner, branch, account);
