-- What else it takes to say of any past moment what a person might do: who owned which list and who was blocked, from when
-- to when; and the indexes by which a person's past is found.

-- From when on there are records: nothing can be said of the time before.
create table records_begin (
  only_row integer not null primary key,
  at bigint not null
);
insert into records_begin (only_row, at) select 1, coalesce((select min(at) from audit), $(now));

alter table owners add column from_revision bigint not null default 1;
alter table owners add column from_at bigint not null default 0;
alter table owners add column added_by text;
update owners set
  from_revision = (select l.defined_revision from lists l where l.id = owners.list_id),
  from_at = (select l.defined from lists l where l.id = owners.list_id);

-- A closed interval of an ownership: true from from_revision (at from_at) until to_revision (at to_at).
create table owner_history (
  integration_id bigint not null,
  list_id bigint not null,
  kind smallint not null,
  owner_id bigint not null,
  from_revision bigint not null,
  from_at bigint not null,
  added_by text,
  to_revision bigint not null,
  to_at bigint not null,
  removed_by text,
  primary key (integration_id, list_id, kind, owner_id, to_revision)
) $(clustered);
create index owner_history_owner on owner_history (kind, owner_id, to_at);

-- So far, past owners stood in past definitions only, by name.
insert into owner_history (integration_id, list_id, kind, owner_id, from_revision, from_at, to_revision, to_at)
select h.integration_id, h.list_id, 2, p.id, h.from_revision, h.from_at, h.to_revision, h.to_at
from list_history h, $(elements)(h.definition -> 'owners') o, people p
where o.value ->> 'kind' = 'person' and p.name_key = lower(o.value ->> 'name')
on conflict do nothing;
insert into owner_history (integration_id, list_id, kind, owner_id, from_revision, from_at, to_revision, to_at)
select h.integration_id, h.list_id, 1, l.id, h.from_revision, h.from_at, h.to_revision, h.to_at
from list_history h, $(elements)(h.definition -> 'owners') o,
  (select id, name, created as from_at, null as to_at from lists
   union all
   select list_id, name, min(from_at), max(to_at) from list_history where list_id not in (select id from lists) group by list_id, name) l
where o.value ->> 'kind' = 'list' and l.name = o.value ->> 'name' and l.from_at <= h.from_at and (l.to_at is null or l.to_at >= h.to_at)
on conflict do nothing;

alter table people add column blocked_by text;

-- A closed interval in which a person was blocked.
create table block_history (
  person_id bigint not null,
  from_at bigint not null,
  blocked_by text,
  to_at bigint not null,
  unblocked_by text,
  primary key (person_id, to_at)
) $(clustered);

-- So far, only the audit log knew of blocks that ended.
insert into block_history (person_id, from_at, blocked_by, to_at, unblocked_by)
select p.id, b.at, b.actor ->> 'user', u.at, u.actor ->> 'user'
from audit u join audit b on b.id = (
  select max(a.id) from audit a where a.code = 'person.block' and lower(a.resource_id) = lower(u.resource_id) and a.id < u.id)
join people p on p.name_key = lower(u.resource_id)
where u.code = 'person.unblock'
on conflict do nothing;
update people set blocked_by = (
  select a.actor ->> 'user' from audit a where a.code = 'person.block' and lower(a.resource_id) = people.name_key and a.at = people.blocked)
where blocked is not null;

create index user_history_person on user_history (person_id, to_at);
create index member_history_member on member_history (integration_id, kind, member_id, to_at);
create index member_history_nested on member_history (list_id, to_at) where kind = 1;
create index member_history_nesting on member_history (member_id, to_at) where kind = 1;
create index list_history_list on list_history (list_id, to_at);
create index list_history_name on list_history (name, to_at);
create index owners_nested on owners (list_id, owner_id) where kind = 1
