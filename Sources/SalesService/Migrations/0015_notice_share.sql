-- Who looks after a customer together with others: a notice of it is for each of them, with that share. One that is for one
-- person alone has no row here.
create table notice_share (
    notice_id  text          not null,
    owner      text          not null,
    -- The one with the greatest share first.
    place      integer       not null,
    share      numeric(7,4)  not null,
    primary key (notice_id, owner)
);

-- The same in words, for whoever sees the notice: 'sun.li 60 %, zhao.min 40 %'.
alter table finance_notice add column shared_with text;

-- What is open already of customers whom several look after is given to all of them by the release that knows how.
insert into schedule (task, key, due_at)
select 'notices.share', '', now() where exists (select from ownership where place > 0);
