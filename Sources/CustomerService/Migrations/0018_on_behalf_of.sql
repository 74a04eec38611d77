-- In whose stead something was decided, where it was by a right that was lent.
alter table decision add column on_behalf_of text, add column undone_on_behalf_of text;
