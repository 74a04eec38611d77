-- A link by which an operator lets somebody in once, without the password. Kept as the SHA-256 of what is in it.
create table sign_in_link (
    digest text primary key,
    login text not null references local_user (login) on delete cascade,
    expires_at timestamptz not null
);

alter table session drop constraint session_way_check;
alter table session add constraint session_way_check check (way in ('password', 'oidc', 'link'));
