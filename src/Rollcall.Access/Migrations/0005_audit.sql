-- Who acted, beside the whole actor, for those who search.
alter table audit add column client text;
alter table audit add column user_name text;
update audit set client = actor ->> 'client', user_name = actor ->> 'user';

-- In the order of time, with what is filtered by: what does not match is passed over without a look at the row.
create index audit_time on audit (at, id, integration_id, code, outcome, client, user_name);
-- What was done to a resource. Reads stand apart, in the order of time: where each has its row there are very many, and rows
-- that go all over an index cost several times as much to write.
create index audit_resource on audit (resource_id, at) where outcome <> 'read';
create index audit_reads on audit (at, id, resource_id) where outcome = 'read' and resource_id <> '';

-- The last calls of each integration. Slots are used over again, so that nothing needs to be deleted.
create table calls (
  integration_id bigint not null,
  slot integer not null,
  number bigint not null,
  at bigint not null,
  request_id text not null,
  client text,
  method text not null,
  path text not null,
  status integer not null,
  duration bigint not null,
  error text,
  primary key (integration_id, slot)
) $(clustered);

-- What has been deleted by age: the last number of the change feed, and the time before which the audit log is gone.
create table pruned (
  only_row integer not null primary key,
  changes bigint not null,
  audit bigint not null
);
insert into pruned (only_row, changes, audit) values (1, 0, 0);
