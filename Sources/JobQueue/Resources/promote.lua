-- Makes delayed jobs ready whose time has come, and looks at gates whose time has come.
--
-- KEYS  as in the prelude
-- ARGV  4 how many a queue at most
-- Returns {how many left the delayed ones, ms until the next is due or a gate opens, or -1}.
--
-- Invariants: no job before its time; a job enters `ready` before it leaves `delayed`. Work: `ARGV[4]` jobs a queue.
local limit = tonumber(ARGV[4])
local promoted, due = 0, -1
reopen(limit)
for _, name in ipairs(QUEUE_NAMES) do
    promoted = promoted + promote(QUEUES[name], limit)
    local at = next_due(QUEUES[name])
    if at >= 0 and (due < 0 or at < due) then due = at end
end
announce()
return {promoted, due}
