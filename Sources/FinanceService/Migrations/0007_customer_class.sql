-- What the customer service last said a customer is: {"value": "A", "strategic": "yes", …}.
create table customer_class (
    customer_id  text    primary key,
    revision     integer not null,
    classes      jsonb   not null
);
