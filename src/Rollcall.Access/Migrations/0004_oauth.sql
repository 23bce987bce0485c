-- The one row that every node polls. Each number grows in the transaction of what changes: the integrations themselves,
-- the tokens that were revoked, the signing keys.
create table access_epoch (
  only_row integer not null primary key,
  integrations bigint not null,
  tokens bigint not null,
  keys bigint not null
);
insert into access_epoch (only_row, integrations, tokens, keys) values (1, 1, 1, 1);

-- Access tokens that were revoked before their time, by their id (jti), until that time.
create table revoked_tokens (
  jti text not null primary key,
  expires bigint not null
) $(clustered);
create index revoked_tokens_expires on revoked_tokens (expires);

-- Public keys that a client's assertions are signed with; jwk is a JSON Web Key (RFC 7517) without private part.
create table client_keys (
  id text not null primary key,
  client_id text not null,
  kid text not null,
  algorithm text not null,
  jwk $(json) not null,
  created bigint not null,
  expires bigint
);
create unique index client_keys_kid on client_keys (client_id, kid);

-- Assertions that were accepted, by the hash of what makes each unlike the others, until they expire: none counts twice.
create table used_assertions (
  client_id text not null,
  hash $(bytes) not null,
  expires bigint not null,
  primary key (client_id, hash)
) $(clustered);
create index used_assertions_expires on used_assertions (expires);

-- From when on a key signs; null means from its creation on. It is published before.
alter table signing_keys add column signs_from bigint;
