-- Times are microseconds since 1970 in UTC. Keys named *_key are comparison keys made by ScimText.Fold.
-- Rows that belong to an integration carry its id first in their keys; 0 is "here", made by an administrator.

create table integrations (
  id $(identity),
  name text not null,
  platform text not null,
  rules $(json) not null,
  enabled boolean not null,
  created bigint not null
);
create unique index integrations_name on integrations (name);

create table clients (
  client_id text not null primary key,
  integration_id bigint not null,
  created bigint not null
);
create index clients_integration on clients (integration_id);

-- Two secrets of a client may be valid at once; only SHA-256 hashes are kept.
create table client_secrets (
  id text not null primary key,
  client_id text not null,
  hash $(bytes) not null,
  created bigint not null,
  expires bigint
);
create index client_secrets_client on client_secrets (client_id);

create table static_tokens (
  id text not null primary key,
  integration_id bigint not null,
  hash $(bytes) not null,
  created bigint not null,
  expires bigint not null
);
create unique index static_tokens_hash on static_tokens (hash);

-- Private keys are encrypted with the master key.
create table signing_keys (
  kid text not null primary key,
  private_key $(bytes) not null,
  created bigint not null
);

-- Everybody who is named anywhere: by a User, as an owner, as a member. A person need not have a User yet.
create table people (
  id $(identity),
  name text not null,
  name_key text not null,
  blocked bigint
);
create unique index people_name on people (name_key);

create table users (
  id $(identity),
  integration_id bigint not null,
  scim_id text not null,
  person_id bigint not null,
  user_name text not null,
  user_name_key text not null,
  external_id text,
  display_name_key text,
  active boolean not null,
  created bigint not null,
  writable_revision bigint not null,
  written bigint not null,
  document $(bytes) not null,
  search $(json) not null
);
create unique index users_scim_id on users (integration_id, scim_id);
create index users_page on users (integration_id, id);
create unique index users_user_name on users (integration_id, user_name_key);
create index users_external_id on users (integration_id, external_id);
create index users_display_name on users (integration_id, display_name_key);
create index users_any_integration on users (scim_id);
create index users_person on users (person_id);

-- What changes with every membership stands apart from the document, in a narrow row.
create table user_state (
  integration_id bigint not null,
  user_id bigint not null,
  revision bigint not null,
  modified bigint not null,
  primary key (integration_id, user_id)
) $(clustered);

create table user_emails (
  integration_id bigint not null,
  value_key text not null,
  user_id bigint not null,
  primary key (integration_id, value_key, user_id)
) $(clustered);
create index user_emails_user on user_emails (integration_id, user_id);

-- A closed interval of a User's writable part: true from from_revision (at from_at) until to_revision (at to_at).
create table user_history (
  integration_id bigint not null,
  user_id bigint not null,
  scim_id text not null,
  person_id bigint not null,
  user_name text not null,
  active boolean not null,
  document $(bytes) not null,
  from_revision bigint not null,
  from_at bigint not null,
  to_revision bigint not null,
  to_at bigint not null,
  primary key (integration_id, user_id, to_revision)
) $(clustered);

-- scim_id is null while the integration does not see the list.
create table lists (
  id $(identity),
  integration_id bigint not null,
  scim_id text,
  name text not null,
  type text not null,
  title text not null,
  title_key text not null,
  external_id text,
  claimed bigint,
  made_by_scim boolean not null,
  definition $(json) not null,
  document $(bytes) not null,
  search $(json) not null,
  member_count bigint not null,
  revision bigint not null,
  created bigint not null,
  modified bigint not null,
  defined_revision bigint not null,
  defined bigint not null
);
create unique index lists_name on lists (name);
create unique index lists_scim_id on lists (integration_id, scim_id);
create index lists_page on lists (integration_id, id);
create unique index lists_title on lists (integration_id, title_key) where type = 'scim';

-- A closed interval of a list's definition.
create table list_history (
  integration_id bigint not null,
  list_id bigint not null,
  name text not null,
  type text not null,
  title text not null,
  scim_id text,
  definition $(json) not null,
  from_revision bigint not null,
  from_at bigint not null,
  to_revision bigint not null,
  to_at bigint not null,
  primary key (integration_id, list_id, to_revision)
) $(clustered);

-- Owners are people (2) or lists (1); kinds as in members.
create table owners (
  integration_id bigint not null,
  list_id bigint not null,
  kind smallint not null,
  owner_id bigint not null,
  position integer not null,
  description text,
  primary key (integration_id, list_id, kind, owner_id)
) $(clustered);
create index owners_owner on owners (kind, owner_id);

-- kind: 0 a User, 1 a list, 2 a person. What was true before stands in member_history.
create table members (
  integration_id bigint not null,
  list_id bigint not null,
  kind smallint not null,
  member_id bigint not null,
  from_revision bigint not null,
  from_at bigint not null,
  joined bigint not null,
  expires bigint,
  reason text,
  added_by text not null,
  primary key (integration_id, list_id, kind, member_id)
) $(clustered);
create index members_member on members (integration_id, kind, member_id);
create index members_nested on members (list_id, member_id) where kind = 1;
create index members_nesting on members (member_id, list_id) where kind = 1;

create table member_history (
  integration_id bigint not null,
  list_id bigint not null,
  kind smallint not null,
  member_id bigint not null,
  from_revision bigint not null,
  from_at bigint not null,
  joined bigint not null,
  expires bigint,
  reason text,
  added_by text not null,
  to_revision bigint not null,
  to_at bigint not null,
  removed_by text not null,
  primary key (integration_id, list_id, kind, member_id, to_revision)
) $(clustered);

-- Unfiltered totals of what an integration sees; slots so that creates need not queue on one row.
create table counters (
  integration_id bigint not null,
  resource_type text not null,
  slot smallint not null,
  total bigint not null,
  primary key (integration_id, resource_type, slot)
) $(clustered);

-- The one row that is locked while list-in-list or list-owner edges change.
create table hierarchy (
  only_row integer not null primary key,
  edges bigint not null
);
insert into hierarchy (only_row, edges) values (1, 0);

create table audit (
  id $(sequence),
  request_id text not null,
  change_number integer not null,
  at bigint not null,
  code text not null,
  outcome text not null,
  integration_id bigint not null,
  actor $(json) not null,
  resource_kind text not null,
  resource_id text not null,
  resource_name text,
  revision_before bigint,
  revision_after bigint,
  operations $(json),
  request $(json)
);
create unique index audit_request on audit (request_id, change_number);

-- The change feed: one row for each revision of each resource.
create table changes (
  seq $(sequence),
  at bigint not null,
  request_id text not null,
  integration_id bigint not null,
  resource_kind smallint not null,
  resource_id bigint not null,
  revision bigint not null,
  action smallint not null
);
