-- Times are microseconds since 1970 in UTC. Keys named *_key are comparison keys made by ScimText.Fold.
-- Three things stay apart: what was aggregated (accounts, entitlements, account_entitlements), what was decided here
-- (assignments), and what is on its way (transactions).

-- The organisation's people. public_id is the id that the organisation gave, stable for ever. search_key is what a search by
-- text looks in.
create table identities (
  id $(identity),
  public_id text not null,
  email text not null,
  email_key text not null,
  given_name text,
  family_name text,
  manager_public_id text,
  active boolean not null,
  attributes $(json) not null,
  search_key text not null default '',
  revision bigint not null,
  created bigint not null,
  modified bigint not null
);
create unique index identities_public_id on identities (public_id);
create unique index identities_email on identities (email_key);
create index identities_manager on identities (manager_public_id);

create table applications (
  id $(identity),
  name text not null,
  definition $(json) not null,
  version bigint not null,
  created bigint not null,
  modified bigint not null
);
create unique index applications_name on applications (name);

create table application_versions (
  application_id bigint not null,
  version bigint not null,
  at bigint not null,
  actor $(json) not null,
  definition $(json) not null,
  primary key (application_id, version)
) $(clustered);

-- Encrypted with the master key, for the purpose "application:{id}:{name}".
create table application_secrets (
  application_id bigint not null,
  name text not null,
  value $(bytes) not null,
  primary key (application_id, name)
) $(clustered);

-- What the last discovery found of a resource type ("User", "Group"): attributes by SailPoint's flattened names.
create table application_schemas (
  application_id bigint not null,
  resource_type text not null,
  attributes $(json) not null,
  discovered bigint not null,
  primary key (application_id, resource_type)
) $(clustered);

-- A SCIM User as aggregated. gone is when it was found missing; refreshed is when it was last written. correlation says
-- who chose the identity: 'rule', 'hand' (also where a person chose none) or 'created'. digest is that of the content, where
-- the server gives no version. The long column comes last.
create table accounts (
  id $(identity),
  application_id bigint not null,
  scim_id text not null,
  user_name text not null,
  user_name_key text not null,
  external_id text,
  display_name text,
  active boolean not null,
  version text,
  digest text,
  identity_id bigint,
  correlation text,
  gone bigint,
  refreshed bigint not null,
  attributes $(json) not null
);
create unique index accounts_scim_id on accounts (application_id, scim_id);
create index accounts_user_name on accounts (application_id, user_name_key);
create index accounts_identity on accounts (identity_id, application_id);
create index accounts_page on accounts (application_id, id, gone);

-- A SCIM Group as aggregated, and as an entry of the catalog. display_name, description, owner_id and requestable are set here.
-- search_key is what a search by text looks in of what was aggregated, set_key of what was set here.
create table entitlements (
  id $(identity),
  application_id bigint not null,
  scim_id text not null,
  title text not null,
  title_key text not null,
  version text,
  digest text,
  search_key text not null default '',
  set_key text not null default '',
  display_name text,
  description text,
  owner_id bigint,
  requestable boolean not null,
  member_count bigint,
  revision bigint not null,
  gone bigint,
  refreshed bigint not null,
  attributes $(json) not null
);
create unique index entitlements_scim_id on entitlements (application_id, scim_id);
create index entitlements_title on entitlements (application_id, title_key);
create index entitlements_page on entitlements (application_id, id, gone);
create index entitlements_owner on entitlements (owner_id) where owner_id is not null;

-- Which run saw a resource last, and on which of its pages: narrow rows apart, so that what has not changed costs little.
create table account_sightings (
  application_id bigint not null,
  resource_id bigint not null,
  task_id bigint not null,
  page bigint not null,
  primary key (application_id, resource_id)
) $(clustered);

create table entitlement_sightings (
  application_id bigint not null,
  resource_id bigint not null,
  task_id bigint not null,
  page bigint not null,
  primary key (application_id, resource_id)
) $(clustered);

-- Which accounts hold which entitlements, as aggregated or as verified by provisioning.
create table account_entitlements (
  application_id bigint not null,
  account_id bigint not null,
  entitlement_id bigint not null,
  primary key (application_id, account_id, entitlement_id)
) $(clustered);
create index account_entitlements_entitlement on account_entitlements (application_id, entitlement_id, account_id);

-- Groups that accounts name and the catalog does not have yet: they become account_entitlements when it does.
create table unlisted_memberships (
  application_id bigint not null,
  group_id text not null,
  account_id bigint not null,
  primary key (application_id, group_id, account_id)
) $(clustered);
create index unlisted_memberships_account on unlisted_memberships (application_id, account_id);

-- What was decided here: the identity is to hold the entitlement, until a time where there is one.
create table assignments (
  identity_id bigint not null,
  entitlement_id bigint not null,
  item_id bigint,
  since bigint not null,
  ends bigint,
  primary key (identity_id, entitlement_id)
) $(clustered);
create index assignments_entitlement on assignments (entitlement_id, identity_id);
create index assignments_ends on assignments (ends) where ends is not null;

-- A run of something long. position is where it goes on after a restart.
create table tasks (
  id $(identity),
  kind text not null,
  application_id bigint not null,
  state text not null,
  accept boolean not null,
  expected bigint,
  read_count bigint not null,
  created_count bigint not null,
  updated_count bigint not null,
  unchanged_count bigint not null,
  removed_count bigint not null,
  problems $(json) not null,
  position $(json),
  message text,
  actor $(json) not null,
  schedule_id bigint,
  created bigint not null,
  started bigint,
  finished bigint,
  fence bigint not null,
  leased_until bigint not null
);
create index tasks_state on tasks (state, id);
create index tasks_application on tasks (application_id, id);
create index tasks_open on tasks (id) where finished is null;

create table schedules (
  id $(identity),
  name text not null,
  kind text not null,
  application_id bigint not null,
  cron text not null,
  time_zone text not null,
  enabled boolean not null,
  next_at bigint,
  last_at bigint,
  last_task_id bigint,
  revision bigint not null
);
create unique index schedules_name on schedules (name);
create index schedules_next on schedules (next_at) where next_at is not null;

create table requests (
  id $(identity),
  operation text not null,
  application_id bigint not null,
  requester_id bigint,
  actor $(json) not null,
  reason text not null,
  ends bigint,
  state text not null,
  created bigint not null,
  closed bigint
);
create index requests_state on requests (state, id);
create index requests_requester on requests (requester_id, id);

-- One identity and one entitlement of a request. replaced is the assignment that carrying it out took the place of, to be put
-- back when it is taken back in time.
create table request_items (
  id $(identity),
  request_id bigint not null,
  identity_id bigint not null,
  entitlement_id bigint not null,
  state text not null,
  message text,
  transaction_id bigint,
  replaced $(json)
);
create index request_items_request on request_items (request_id, id);
create index request_items_identity on request_items (identity_id, id);

-- approver_id is null where an administrator decides. Steps are decided in order.
create table approvals (
  id $(identity),
  item_id bigint not null,
  request_id bigint not null,
  step integer not null,
  role text not null,
  approver_id bigint,
  delegated_by bigint,
  state text not null,
  note text,
  comment text,
  actor $(json),
  created bigint not null,
  decided bigint
);
create index approvals_item on approvals (item_id, step);
create index approvals_request on approvals (request_id, id);
create index approvals_approver on approvals (approver_id, state, id);
create index approvals_state on approvals (state, id);

-- Planned changes, one goal each. A lane is what at most one request at a time may change: a group, or a person's account.
-- failures counts the failed attempts since it was planned, or asked for again.
create table transactions (
  id $(identity),
  application_id bigint not null,
  operation text not null,
  lane text not null,
  state text not null,
  identity_id bigint,
  account_id bigint,
  entitlement_id bigint,
  item_id bigint,
  cause text not null,
  actor $(json) not null,
  waits_for bigint,
  due bigint not null,
  attempts integer not null,
  failures integer not null,
  message text,
  created bigint not null,
  finished bigint
);
create index transactions_lane on transactions (lane, id) where finished is null;
create index transactions_open on transactions (application_id) where finished is null;
create index transactions_waits on transactions (waits_for) where waits_for is not null;
create index transactions_page on transactions (application_id, id);
create index transactions_state on transactions (state, id);
create index transactions_identity on transactions (identity_id, id);
create index transactions_item on transactions (item_id) where item_id is not null;

-- due is when there is next something to do in the lane; null for nothing. The fence grows with each lease: what was begun
-- under an older one is not written.
create table lanes (
  lane text not null primary key,
  application_id bigint not null,
  due bigint,
  fence bigint not null,
  leased_until bigint not null
);
create index lanes_due on lanes (due) where due is not null;

-- What was exchanged with a server for one or more transactions at once. It is stored before the first byte is sent, and
-- again with the answer before anything is made of it.
create table batches (
  id $(identity),
  application_id bigint not null,
  lane text not null,
  state text not null,
  began bigint not null,
  ended bigint,
  exchanges $(json) not null
);

-- What was tried for a transaction.
create table attempts (
  transaction_id bigint not null,
  number integer not null,
  batch_id bigint not null,
  began bigint not null,
  ended bigint,
  verdict text,
  reason text,
  primary key (transaction_id, number)
) $(clustered);

create table audit (
  id $(sequence),
  request_id text not null,
  change_number integer not null,
  at bigint not null,
  code text not null,
  outcome text not null,
  actor $(json) not null,
  user_name text not null,
  resource_kind text not null,
  resource_id text not null,
  resource_name text,
  operations $(json)
);
create unique index audit_request on audit (request_id, change_number);
create index audit_time on audit (at, id);
create index audit_resource on audit (resource_kind, resource_id, at);
