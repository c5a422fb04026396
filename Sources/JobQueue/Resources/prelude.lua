-- Prelude of every script of the queue: the names of its keys, the epoch check, and what the scripts have in common.
-- It is put in front of each script's own text; it is no script by itself.
--
-- KEYS  the same for every script, all under one hash tag; QueueKeys lists them in this order:
--   1 epoch     string   the shard's epoch
--   2 counters  hash     token, job: last number given out; turn NAME: virtual time of a queue; NAME OUTCOME: totals
--   3 jobs      hash     resource -> the job's record (below)
--   4 active    hash     resource -> the job token of its running job
--   5 slots     zset     score 0, member gate NUL resource: which running jobs hold a slot of which gate
--   6 parked    zset     score 0, member gate NUL organization NUL rank NUL resource: jobs that a gate keeps back
--   7 gates     hash     gate, or "class:*" -> its limits and state (gates.lua)
--   8 reopen    zset     gate -> when its parked jobs are to be looked at again, ms since 1970
--   9 control   hash     "paused NAME", "draining NAME": a queue's; "cancel RESOURCE": the token of a run that is to stop;
--                        "order WORKER": what a worker is told; "ended RESOURCE": the token of an earlier epoch whose run
--                        has ended
--  10 workers   hash     worker -> what it last said of itself, after the time in ms and a blank
--  11 progress  hash     resource -> what its running job last said of its progress
-- and for each queue that ARGV[3] names, in its order:
--   + 1 ready    zset     score 0, member organization NUL rank NUL resource: an organization's jobs by rank
--   + 2 turns    zset     organization -> its virtual time in ms; only those that may have ready jobs
--   + 3 waits    zset     resource -> since when it is due, ms since 1970; the ready ones
--   + 4 delayed  zset     resource -> not before, ms since 1970
--   + 5 leases   zset     resource -> end of the lease, ms since 1970
--   + 6 wake     list     one element wakes one idle worker
-- ARGV  1 epoch that the caller believes in; 2 aging step in ms; 3 names of the queues, parted by line feeds; the rest is
--       the script's own
-- Returns the error EPOCH, having done nothing, unless the shard's epoch is the caller's.
--
-- Invariants, which hold after every script, and mend themselves where a script died half-way (Lua has no rollback, so
-- what a job moves to is written before what it leaves is removed; `flush` does it in that order, many jobs a command):
--   * a resource has one record, or none;
--   * a record's state says where its job is; an entry elsewhere is a leftover, which whoever meets it removes;
--   * an active job has a token and a lease; one without a lease is found by the reaper, and so is a slot without a job.
local EPOCH, COUNTERS, JOBS, ACTIVE, SLOTS, PARKED = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local GATES, REOPEN, CONTROL, WORKERS, PROGRESS = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]

if redis.call('GET', EPOCH) ~= ARGV[1] then
    return redis.error_reply('EPOCH the epoch of this shard is another')
end

local QUEUES, QUEUE_NAMES = {}, {}
do
    local at = 11
    for name in string.gmatch(ARGV[3], '[^\n]+') do
        QUEUES[name] = {
            name = name, ready = KEYS[at + 1], turns = KEYS[at + 2], waits = KEYS[at + 3], delayed = KEYS[at + 4],
            leases = KEYS[at + 5], wake = KEYS[at + 6], made_ready = 0, earliest = math.huge,
            has_opening = false
        }
        QUEUE_NAMES[#QUEUE_NAMES + 1] = name
        at = at + 6
    end
end

-- A record is an array in MessagePack; these are its places.
local ID, KIND, QUEUE, ORGANIZATION, GATE_NAMES, PRIORITY = 1, 2, 3, 4, 5, 6
-- SINCE: when the job became due, ms. ATTEMPT: claims since the last success. MEMBER: its member of `ready` or `parked`,
-- or ''. CLAIMED: when it was claimed last, ms.
local SINCE, ATTEMPT, STATE, MEMBER, CLAIMED = 7, 8, 9, 10, 11
-- What was asked for while it ran: the highest priority, or -1 for nothing, and the earliest not-before.
local DIRTY, DIRTY_AT = 12, 13
-- CRASHES: runs in a row that took their process with them. SUSPECT: 1 if its last run did, or lost its lease.
local CRASHES, SUSPECT, ERROR_CODE, ERROR_TEXT, WORKER = 14, 15, 16, 17, 18
local IS_READY, IS_DELAYED, IS_ACTIVE, IS_PARKED = 'r', 'd', 'a', 'p'

-- At most so many wake-ups wait; more workers than this are never idle at once for long.
local WAKE_LIMIT = 128
-- Arguments of one command: Lua's stack holds some 8,000. Even, since many come in pairs.
local PIECE = 4000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local aging = tonumber(ARGV[2])

-- A whole number as Redis is told it. Redis would print a number itself, slowly; many jobs of a call share one.
local texts = {}
local function text(number)
    local found = texts[number]
    if not found then
        found = string.format('%d', number)
        texts[number] = found
    end
    return found
end

-- The same in 16 digits, which sort as the numbers do.
local ranks = {}
local function digits(number)
    local found = ranks[number]
    if not found then
        found = string.format('%016d', number)
        ranks[number] = found
    end
    return found
end

local function send(command, key, arguments)
    for from = 1, #arguments, PIECE do
        redis.call(command, key, unpack(arguments, from, math.min(from + PIECE - 1, #arguments)))
    end
end

-- A process of another version may name queues that this one doesn't know; its jobs are kept in the first.
local function queue_of(job) return QUEUES[job[QUEUE]] or QUEUES[QUEUE_NAMES[1]] end

-- Changes, gathered key by key until `flush`; additions go before removals.
local zadds, hsets, zrems, hdels, newcomers, totals = {}, {}, {}, {}, {}, {}

local function gather(lists, key, first, second)
    local list = lists[key]
    if not list then
        list = {}
        lists[key] = list
    end
    list[#list + 1] = first
    if second ~= nil then list[#list + 1] = second end
end

local function count(queue, outcome, by)
    local field = queue .. ' ' .. outcome
    totals[field] = (totals[field] or 0) + by
end

-- Records as this call sees them: false where there is none.
local records = {}

-- Reads the records of many resources at once.
local function fetch(resources)
    local wanted = {}
    for _, resource in ipairs(resources) do
        if records[resource] == nil then wanted[#wanted + 1] = resource end
    end
    for from = 1, #wanted, PIECE do
        local to = math.min(from + PIECE - 1, #wanted)
        local packed = redis.call('HMGET', JOBS, unpack(wanted, from, to))
        for at = from, to do
            local record = packed[at - from + 1]
            records[wanted[at]] = record and cmsgpack.unpack(record) or false
        end
    end
end

local function read(resource)
    local record = records[resource]
    if record == nil then
        local packed = redis.call('HGET', JOBS, resource)
        record = packed and cmsgpack.unpack(packed) or false
        records[resource] = record
    end
    return record
end

local changed = {}

-- Has `flush` write the record, as it is by then.
local function write(resource, job)
    records[resource] = job
    changed[resource] = true
end

local function forget(resource)
    records[resource] = false
    changed[resource] = nil
    gather(hdels, JOBS, resource)
end

-- Writes what was gathered. A record says where its job is, so that it is written between the places: after those that
-- its job comes to, and before those that it leaves are emptied. Whoever finds a job in a place that its record doesn't
-- name may then remove it there: dead half-way, this leaves either the old record and what belongs to it, or the new.
local function flush()
    for key, list in pairs(hsets) do send('HSET', key, list) end
    for key, list in pairs(zadds) do send('ZADD', key, list) end
    for name, organizations in pairs(newcomers) do
        local turn = redis.call('HGET', COUNTERS, 'turn ' .. name) or '0'
        local list = {}
        for organization in pairs(organizations) do
            list[#list + 1] = turn
            list[#list + 1] = organization
        end
        for from = 1, #list, PIECE do
            redis.call('ZADD', QUEUES[name].turns, 'NX', unpack(list, from, math.min(from + PIECE - 1, #list)))
        end
    end
    local packed = {}
    for resource in pairs(changed) do
        packed[#packed + 1] = resource
        packed[#packed + 1] = cmsgpack.pack(records[resource])
    end
    changed = {}
    send('HSET', JOBS, packed)
    if hdels[JOBS] then send('HDEL', JOBS, hdels[JOBS]) end
    for key, list in pairs(zrems) do send('ZREM', key, list) end
    for key, list in pairs(hdels) do
        if key ~= JOBS then send('HDEL', key, list) end
    end
    for field, by in pairs(totals) do redis.call('HINCRBY', COUNTERS, field, by) end
    zadds, hsets, zrems, hdels, newcomers, totals = {}, {}, {}, {}, {}, {}
end

-- An organization's place in line. A job's rank is its age and its priority in one number: each step of priority counts
-- as much as `aging` ms of waiting, so that none starves.
local function place(resource, job)
    local rank = job[SINCE] + job[PRIORITY] * aging
    return job[ORGANIZATION] .. '\0' .. digits(rank) .. '\0' .. resource
end

-- Enters a job among its organization's ready ones. Organizations that come back with work stand at the queue's present
-- turn: idleness earns no credit.
local function make_ready(resource, job)
    local queue = queue_of(job)
    local member = place(resource, job)
    gather(zadds, queue.ready, '0', member)
    gather(zadds, queue.waits, text(job[SINCE]), resource)
    local organizations = newcomers[queue.name]
    if not organizations then
        organizations = {}
        newcomers[queue.name] = organizations
    end
    organizations[job[ORGANIZATION]] = true
    job[STATE], job[MEMBER] = IS_READY, member
    write(resource, job)
    queue.made_ready = queue.made_ready + 1
end

-- Gives a parked job the place at its gate that its rank has now.
local function park_again(resource, job)
    local old = job[MEMBER]
    job[MEMBER] = string.match(old, '^%Z*') .. '\0' .. place(resource, job)
    if job[MEMBER] ~= old then
        gather(zadds, PARKED, 0, job[MEMBER])
        gather(zrems, PARKED, old)
    end
    write(resource, job)
end

-- Puts a job where its time says: ready, or delayed until `not_before`.
local function schedule(resource, job, not_before)
    if not_before <= now then
        job[SINCE] = now
        make_ready(resource, job)
    else
        local queue = queue_of(job)
        job[SINCE] = not_before
        gather(zadds, queue.delayed, text(not_before), resource)
        job[STATE], job[MEMBER] = IS_DELAYED, ''
        write(resource, job)
        queue.earliest = math.min(queue.earliest, not_before)
    end
end

-- Takes a waiting job out of where it waits.
local function leave(resource, job)
    local queue = queue_of(job)
    if job[STATE] == IS_READY then
        gather(zrems, queue.ready, job[MEMBER])
        gather(zrems, queue.waits, resource)
    elseif job[STATE] == IS_DELAYED then
        gather(zrems, queue.delayed, resource)
    elseif job[STATE] == IS_PARKED then
        gather(zrems, PARKED, job[MEMBER])
    end
end

-- Whether there is anything of the kind at all; mostly there isn't.
local any_progress, any_control

-- A heartbeat of a run of an earlier epoch that is still under way must not enter it again when it has ended.
local function mark_ended(resource, token)
    if not token or string.match(token, '^%d+') == ARGV[1] then return false end
    gather(hsets, CONTROL, 'ended ' .. resource, token)
    return true
end

-- Takes a running job's lease, token and slots away.
local function end_run(resource, job, token)
    local is_marked = mark_ended(resource, token)
    gather(zrems, queue_of(job).leases, resource)
    gather(hdels, ACTIVE, resource)
    if any_progress == nil then
        any_progress, any_control = redis.call('EXISTS', PROGRESS) == 1, redis.call('EXISTS', CONTROL) == 1
    end
    if any_progress then gather(hdels, PROGRESS, resource) end
    if any_control then
        gather(hdels, CONTROL, 'cancel ' .. resource)
        if not is_marked then gather(hdels, CONTROL, 'ended ' .. resource) end
    end
    if job[GATE_NAMES] ~= '' then
        for gate in string.gmatch(job[GATE_NAMES], '[^\n]+') do gather(zrems, SLOTS, gate .. '\0' .. resource) end
    end
end

-- Makes a queue's due jobs ready, at most `limit` of them; flushes.
local function promote(queue, limit)
    local due = redis.call('ZRANGEBYSCORE', queue.delayed, '-inf', now, 'LIMIT', 0, limit)
    if #due == 0 then return 0 end
    fetch(due)
    for _, resource in ipairs(due) do
        local job = read(resource)
        if job and job[STATE] == IS_DELAYED then make_ready(resource, job) end
        gather(zrems, queue.delayed, resource)
    end
    flush()
    return #due
end

-- ms until the next delayed job of a queue is due, or a gate opens; or -1.
local function next_due(queue)
    local first = redis.call('ZRANGE', queue.delayed, 0, 0, 'WITHSCORES')[2]
    local opening = redis.call('ZRANGE', REOPEN, 0, 0, 'WITHSCORES')[2]
    local at = math.min(tonumber(first) or math.huge, tonumber(opening) or math.huge)
    if at == math.huge then return -1 end
    return math.max(0, at - now)
end

-- Wakes one worker of a queue unless a wake-up is under way.
local function wake_one(queue)
    if redis.call('EXISTS', queue.wake) == 0 then redis.call('RPUSH', queue.wake, '1') end
end

-- Wakes an idle worker for each job made ready, and one if the next due time has come nearer, or a gate was closed, so that
-- it waits for that.
-- The last thing that a script does, after `flush`.
local function announce()
    for _, name in ipairs(QUEUE_NAMES) do
        local queue = QUEUES[name]
        if queue.made_ready > 0 then
            local room = math.min(
                queue.made_ready, redis.call('ZCARD', queue.ready), WAKE_LIMIT - redis.call('LLEN', queue.wake))
            if room > 0 then
                local ones = {}
                for at = 1, room do ones[at] = '1' end
                redis.call('RPUSH', queue.wake, unpack(ones))
            end
        end
        if queue.has_opening then wake_one(queue) end
        if queue.earliest < math.huge then
            local first = redis.call('ZRANGE', queue.delayed, 0, 0, 'WITHSCORES')
            if first[2] and tonumber(first[2]) >= queue.earliest then wake_one(queue) end
        end
    end
end
