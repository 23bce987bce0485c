-- The keys that cursors are sealed with, encrypted with the master key. The newest seals; its predecessor opens still.
create table cursor_keys (
  id $(identity),
  secret $(bytes) not null,
  created bigint not null
);
