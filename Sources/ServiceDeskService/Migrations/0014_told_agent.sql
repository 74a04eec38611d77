-- Whom it was told that a promise is about to break: whoever has the complaint after that hears of it anew.
alter table complaint
    add column promise_told_to text;
