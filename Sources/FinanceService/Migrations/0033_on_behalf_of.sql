-- In whose stead something was done, where it was by a right that was lent.
alter table alert add column diagnosed_on_behalf_of text, add column closed_on_behalf_of text;
alter table payable_release add column proposed_on_behalf_of text, add column approved_on_behalf_of text;
alter table acceptance_setting add column on_behalf_of text;
alter table acceptance_override add column on_behalf_of text;
alter table credit_line add column on_behalf_of text;
alter table credit_lift add column on_behalf_of text;
alter table receivable_adjustment add column approved_on_behalf_of text;
alter table expense add column approved_on_behalf_of text;
