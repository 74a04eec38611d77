-- Whose branch's it is that concerns no customer, such as an expense.
alter table finance_notice add column branch text;
