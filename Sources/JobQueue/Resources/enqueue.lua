-- Asks for jobs: one record a resource, however often it is asked for.
--
-- KEYS  as in the prelude
-- ARGV  4… seven a request: resource, kind, queue, organization, gates (joined by line feeds), priority (0 first), not
--       before (ms since 1970; 0 is at once)
-- Returns for each request, in order: 1 waiting anew, 2 merged into the waiting one, 3 one more run after the running
--       one, 4 refused, since the resource has a job of another kind.
--
-- Invariants: a merge never delays a job and never lowers its priority; a running job is only marked. A merge enters the
-- job again where its state says, which mends one whose first enqueue died half-way. Work: O(log n) a request.
local outcomes = {}
local asked = {}
for at = 4, #ARGV, 7 do asked[#asked + 1] = ARGV[at] end
fetch(asked)

local newcomers_count = 0
for _, resource in ipairs(asked) do
    if not records[resource] then newcomers_count = newcomers_count + 1 end
end
local id = 0
if newcomers_count > 0 then id = redis.call('HINCRBY', COUNTERS, 'job', newcomers_count) - newcomers_count end

for at = 4, #ARGV, 7 do
    local resource, kind, gates, priority = ARGV[at], ARGV[at + 1], ARGV[at + 4], tonumber(ARGV[at + 5])
    local not_before = tonumber(ARGV[at + 6])
    local outcome
    local job = read(resource)
    if not job then
        id = id + 1
        job = {id, kind, ARGV[at + 2], ARGV[at + 3], gates, priority, now, 0, '', '', 0, -1, 0, 0, 0, '', '', ''}
        schedule(resource, job, not_before)
        count(job[QUEUE], 'enqueued', 1)
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
        if job[STATE] == IS_DELAYED then
            job[GATE_NAMES] = gates
            schedule(resource, job, math.min(job[SINCE], not_before))
            if job[STATE] == IS_READY then gather(zrems, queue_of(job).delayed, resource) end
        elseif job[STATE] == IS_READY then
            job[GATE_NAMES] = gates
            local old = job[MEMBER]
            make_ready(resource, job)
            if job[MEMBER] ~= old then gather(zrems, queue_of(job).ready, old) end
        else
            -- A gate keeps it back, and goes on doing so.
            job[GATE_NAMES] = gates
            park_again(resource, job)
        end
        outcome = 2
    end
    outcomes[#outcomes + 1] = outcome
end

flush()
announce()
return outcomes
