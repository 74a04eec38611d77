-- Lines of business that the group's file does not name: accepted, and counted here.
create table unknown_line (
    business_line text   primary key,
    orders        bigint not null
);
