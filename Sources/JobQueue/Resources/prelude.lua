-- Prelude of every script of the queue: the names of its keys, the epoch check, and what the scripts have in common.
-- It is put in front of each script's own text; it is no script by itself.
--
-- KEYS  the same for every script, all under one hash tag; QueueKeys lists them in this order:
--   1 epoch     string   the shard's epoch
--   2 counters  hash     token, job: last number given out; turn: virtual time; stale, expired, orphaned: totals
--   3 jobs      hash     resource -> the job's record (below)
--   4 ready     zset     score 0, member organization NUL rank NUL resource: an organization's jobs by rank
--   5 turns     zset     organization -> its virtual time in ms; only those that may have ready jobs
--   6 delayed   zset     resource -> not before, ms since 1970
--   7 active    hash     resource -> the job token of its running job
--   8 leases    zset     resource -> end of the lease, ms since 1970
--   9 wake      list     one element wakes one idle worker
-- ARGV  1 epoch that the caller believes in; 2 aging step in ms; the rest is the script's own
-- Returns the error EPOCH, having done nothing, unless the shard's epoch is the caller's.
--
-- Invariants, which hold after every script, and mend themselves where a script died half-way (Lua has no rollback, so
-- what a job moves to is written before what it leaves is removed):
--   * a resource has one record, or none;
--   * a record's state says where its job is; an entry elsewhere is a leftover, which whoever meets it removes;
--   * an active job has a token and a lease; one without a lease is found by the reaper.
local EPOCH, COUNTERS, JOBS, READY, TURNS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local DELAYED, ACTIVE, LEASES, WAKE = KEYS[6], KEYS[7], KEYS[8], KEYS[9]

if redis.call('GET', EPOCH) ~= ARGV[1] then
    return redis.error_reply('EPOCH the epoch of this shard is another')
end

-- A record is an array in MessagePack; these are its places.
local ID, KIND, ORGANIZATION, GATES, PRIORITY = 1, 2, 3, 4, 5
-- SINCE: when the job became due, ms. ATTEMPT: claims since the last success. MEMBER: its member of `ready`, or ''.
local SINCE, ATTEMPT, STATE, MEMBER, CLAIMED = 6, 7, 8, 9, 10
-- What was asked for while it ran: the highest priority, or -1 for nothing, and the earliest not-before.
local DIRTY, DIRTY_AT = 11, 12
local IS_READY, IS_DELAYED, IS_ACTIVE = 'r', 'd', 'a'

-- At most so many wake-ups wait; more workers than this are never idle at once for long.
local WAKE_LIMIT = 128

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local aging = tonumber(ARGV[2])
local turn = false
local made_ready = 0
local earliest = math.huge

local function read(resource)
    local packed = redis.call('HGET', JOBS, resource)
    return packed and cmsgpack.unpack(packed)
end

local function write(resource, job)
    redis.call('HSET', JOBS, resource, cmsgpack.pack(job))
end

-- Where organizations stand that come back with work: idleness earns no credit.
local function current_turn()
    if not turn then turn = redis.call('HGET', COUNTERS, 'turn') or '0' end
    return turn
end

-- Enters a job among its organization's ready ones. Its rank is its age and its priority in one number: each step of
-- priority counts as much as `aging` ms of waiting, so that none starves.
local function make_ready(resource, job)
    local rank = job[SINCE] + job[PRIORITY] * aging
    local member = job[ORGANIZATION] .. '\0' .. string.format('%016d', rank) .. '\0' .. resource
    redis.call('ZADD', READY, 0, member)
    redis.call('ZADD', TURNS, 'NX', current_turn(), job[ORGANIZATION])
    job[STATE], job[MEMBER] = IS_READY, member
    write(resource, job)
    made_ready = made_ready + 1
end

-- Puts a job where its time says: ready, or delayed until `not_before`.
local function schedule(resource, job, not_before)
    if not_before <= now then
        job[SINCE] = now
        make_ready(resource, job)
    else
        job[SINCE] = not_before
        redis.call('ZADD', DELAYED, not_before, resource)
        job[STATE], job[MEMBER] = IS_DELAYED, ''
        write(resource, job)
        earliest = math.min(earliest, not_before)
    end
end

-- Makes due jobs ready, at most `limit` of them.
local function promote(limit)
    local due = redis.call('ZRANGEBYSCORE', DELAYED, '-inf', now, 'LIMIT', 0, limit)
    for _, resource in ipairs(due) do
        local job = read(resource)
        if job and job[STATE] == IS_DELAYED then make_ready(resource, job) end
        redis.call('ZREM', DELAYED, resource)
    end
    return #due
end

-- ms until the first delayed job is due, or -1.
local function next_due()
    local first = redis.call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
    if not first[2] then return -1 end
    return math.max(0, tonumber(first[2]) - now)
end

-- Wakes one worker unless a wake-up is under way.
local function wake_one()
    if redis.call('EXISTS', WAKE) == 0 then redis.call('RPUSH', WAKE, '1') end
end

-- Wakes an idle worker for each job made ready, and one if the next due time has come nearer, so that it waits for that.
local function announce()
    if made_ready > 0 then
        local room = math.min(made_ready, WAKE_LIMIT - redis.call('LLEN', WAKE))
        for _ = 1, room do redis.call('RPUSH', WAKE, '1') end
    end
    if earliest < math.huge then
        local first = redis.call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')
        if first[2] and tonumber(first[2]) >= earliest then wake_one() end
    end
end
