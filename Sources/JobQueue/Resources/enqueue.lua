-- Asks for jobs: one record a resource, however often it is asked for.
--
-- KEYS  as in the prelude
-- ARGV  3… six a request: resource, kind, organization, gates (joined by line feeds), priority (0 first), not
--       before (ms since 1970; 0 is at once)
-- Returns for each request, in order: 1 waiting anew, 2 merged into the waiting one, 3 one more run after the running
--       one, 4 refused, since the resource has a job of another kind.
--
-- Invariants: a merge never delays a job and never lowers its priority; a running job is only marked. A merge enters the
-- job again where its state says, which mends one whose first enqueue died half-way. Work: O(log n) a request.
local outcomes = {}

for at = 3, #ARGV, 6 do
    local resource, kind, organization, gates = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
    local priority, not_before = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
    local outcome
    local job = read(resource)
    if not job then
        local id = redis.call('HINCRBY', COUNTERS, 'job', 1)
        job = {id, kind, organization, gates, priority, now, 0, '', '', 0, -1, 0}
        schedule(resource, job, not_before)
        outcome = 1
    elseif job[KIND] ~= kind then
        outcome = 4
    elseif job[STATE] == IS_ACTIVE then
        if job[DIRTY] < 0 then
            job[DIRTY], job[DIRTY_AT] = priority, not_before
        else
            job[DIRTY], job[DIRTY_AT] = math.min(job[DIRTY], priority), math.min(job[DIRTY_AT], not_before)
        end
        write(resource, job)
        outcome = 3
    else
        job[PRIORITY] = math.min(job[PRIORITY], priority)
        job[GATES] = gates
        if job[STATE] == IS_READY then
            local old = job[MEMBER]
            make_ready(resource, job)
            if job[MEMBER] ~= old then redis.call('ZREM', READY, old) end
        else
            schedule(resource, job, math.min(job[SINCE], not_before))
            if job[STATE] == IS_READY then redis.call('ZREM', DELAYED, resource) end
        end
        outcome = 2
    end
    outcomes[#outcomes + 1] = outcome
end

announce()
return outcomes
