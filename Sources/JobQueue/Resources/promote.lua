-- Makes delayed jobs ready whose time has come.
--
-- KEYS  as in the prelude
-- ARGV  3 how many at most
-- Returns {how many left the delayed ones, ms until the next is due or -1}.
--
-- Invariants: no job before its time; a job enters `ready` before it leaves `delayed`. Work: `ARGV[3]` jobs.
local count = promote(tonumber(ARGV[3]))
announce()
return {count, next_due()}
