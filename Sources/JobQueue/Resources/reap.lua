-- Rescues jobs whose worker is gone: leases that ran out, and active jobs that have no lease at all. Frees the slots of
-- jobs that don't run, gives gates with room their parked jobs back, and forgets workers that have long been silent.
--
-- KEYS  as in the prelude
-- ARGV  4 how many of each at most; 5 and 6 where to go on scanning the active jobs and the slots, '0' at first; 7 ms of
--       silence after which a worker is forgotten; 8 the gate behind which to go on looking at parked jobs, '' at first
-- Returns {rescued with an expired lease, rescued without a lease, freed slots, where to go on with the active jobs and
--       with the slots or '0' after a whole round, ms until the next delayed job is due or -1, the
--       gate to go on behind or ''}.
--
-- Invariants: a rescued job is ready at once, in the place that its age gives it, and suspect of having ended its worker;
-- the claim that follows gives it a new token, so that the old holder's finish is refused. What was asked for during the
-- lost run is covered by the next one. Work: `ARGV[4]` leases a queue, and about as many active jobs and slots.
local limit = tonumber(ARGV[4])
local LOOK_AT_WAITS = 16
local freed = {}

-- Returns 1 if the job was running, 0 if only leftovers had to go.
local function rescue(resource, queue)
    local job = read(resource)
    if job and job[STATE] == IS_ACTIVE then
        if job[DIRTY] >= 0 then job[PRIORITY] = math.min(job[PRIORITY], job[DIRTY]) end
        for gate in string.gmatch(job[GATE_NAMES], '[^\n]+') do freed[gate] = (freed[gate] or 0) + 1 end
        local token = redis.call('HGET', ACTIVE, resource)
        local is_cancelled = token and redis.call('HGET', CONTROL, 'cancel ' .. resource) == token
        end_run(resource, job, token)
        job[SUSPECT] = 1
        if is_cancelled and job[DIRTY] < 0 then
            count(job[QUEUE], 'cancel', 1)
            forget(resource)
        else
            make_ready(resource, job)
        end
        return 1
    end
    gather(hdels, ACTIVE, resource)
    if queue then gather(zrems, queue.leases, resource) end
    return 0
end

local expired, orphaned = 0, 0
for _, name in ipairs(QUEUE_NAMES) do
    local queue = QUEUES[name]
    local due = redis.call('ZRANGEBYSCORE', queue.leases, '-inf', now, 'LIMIT', 0, limit)
    fetch(due)
    for _, resource in ipairs(due) do
        local one = rescue(resource, queue)
        if one > 0 then count(name, 'expired', 1) end
        expired = expired + one
    end
end
flush()

local scan = redis.call('HSCAN', ACTIVE, ARGV[5], 'COUNT', limit)
for at = 1, #scan[2], 2 do
    local resource = scan[2][at]
    local job = read(resource)
    if not job or not redis.call('ZSCORE', queue_of(job).leases, resource) then
        local one = rescue(resource)
        if one > 0 then count(job[QUEUE], 'orphaned', 1) end
        orphaned = orphaned + one
    end
end
flush()

local slots_freed = 0
local slots = redis.call('ZSCAN', SLOTS, ARGV[6], 'COUNT', limit)
for at = 1, #slots[2], 2 do
    local member = slots[2][at]
    local name = string.match(member, '^%Z*')
    if redis.call('HEXISTS', ACTIVE, string.sub(member, #name + 2)) == 0 then
        gather(zrems, SLOTS, member)
        freed[name] = (freed[name] or 0) + 1
        slots_freed = slots_freed + 1
    end
end
flush()
refill(freed)

-- Gates with parked jobs that nobody looks after: whatever was lost, a round of the reaper brings them back.
local parked_at = ARGV[8]
for _ = 1, limit do
    local from = parked_at == '' and '-' or '(' .. parked_at .. '\1'
    local member = redis.call('ZRANGEBYLEX', PARKED, from, '+', 'LIMIT', 0, 1)[1]
    if not member then
        parked_at = ''
        break
    end
    local name = string.match(member, '^%Z*')
    local found = gate(name)
    if not found or room_of(found) > 0 then redis.call('ZADD', REOPEN, 'NX', now, name) end
    parked_at = name
end

-- The oldest waits are what is shown: none may be of a job that doesn't wait any more.
for _, name in ipairs(QUEUE_NAMES) do
    local queue = QUEUES[name]
    local oldest = redis.call('ZRANGE', queue.waits, 0, LOOK_AT_WAITS - 1)
    fetch(oldest)
    for _, resource in ipairs(oldest) do
        local job = read(resource)
        if not job or job[STATE] ~= IS_READY then gather(zrems, queue.waits, resource) end
    end
end

local silence = tonumber(ARGV[7])
local known = redis.call('HGETALL', WORKERS)
for at = 1, #known, 2 do
    local seen = tonumber(string.match(known[at + 1], '^%d+'))
    if not seen or seen < now - silence then
        gather(hdels, WORKERS, known[at])
        gather(hdels, CONTROL, 'order ' .. known[at])
    end
end
flush()

announce()
local due = -1
for _, name in ipairs(QUEUE_NAMES) do
    local queue = QUEUES[name]
    -- A worker may have died with a wake-up in its hands.
    if redis.call('EXISTS', queue.ready) == 1 and not redis.call('HGET', CONTROL, 'paused ' .. name) then
        wake_one(queue)
    end
    local at = next_due(queue)
    if at >= 0 and (due < 0 or at < due) then due = at end
end
return {expired, orphaned, slots_freed, scan[1], slots[1], due, parked_at}
