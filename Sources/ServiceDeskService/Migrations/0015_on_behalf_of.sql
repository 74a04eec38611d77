-- In whose stead something was done, where it was by a right that was lent.
alter table complaint_step add column on_behalf_of text;
alter table complaint_wait add column on_behalf_of text;
alter table recovery_step add column on_behalf_of text;
