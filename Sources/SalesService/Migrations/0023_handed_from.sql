-- Who worked on it before it went along with a customer that was handed over: once that is taken back, or goes to somebody else, it
-- comes back. NULL for what never went along, and for what has gone to somebody by a step since.
alter table opportunity add column handed_from text;
alter table quote_revision add column handed_from text;
alter table lead add column handed_from text;
create index opportunity_handed_from on opportunity (handed_from) where handed_from is not null;
create index quote_revision_handed_from on quote_revision (handed_from) where handed_from is not null;
create index lead_handed_from on lead (handed_from) where handed_from is not null;

-- In whose stead something was done, where it was by a right that was lent.
alter table opportunity_change add column on_behalf_of text;
alter table quote_event add column on_behalf_of text;
alter table lead_event add column on_behalf_of text;
