-- By which delegation somebody acted in another's stead, and which amount of the policy was enough.
alter table act add column delegation text, add column amount text;
