-- When "apply" made the list; null for lists that were made otherwise. Only such lists are deleted by "apply" with prune.
alter table lists add column applied bigint;
create index lists_applied on lists (applied) where applied is not null;
