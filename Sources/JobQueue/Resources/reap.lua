-- Rescues jobs whose worker is gone: leases that ran out, and active jobs that have no lease at all.
--
-- KEYS  as in the prelude
-- ARGV  3 how many of each at most; 4 where to go on scanning the active jobs, '0' at first
-- Returns {rescued with an expired lease, rescued without a lease, where to go on or '0' after a whole round,
--       ms until the next delayed job is due or -1}.
--
-- Invariants: a rescued job is ready at once, in the place that its age gives it; the claim that follows gives it a new
-- token, so that the old holder's finish is refused. What was asked for during the lost run is covered by the next one.
-- Work: `ARGV[3]` leases and about as many active jobs.
local limit = tonumber(ARGV[3])

-- Returns 1 if the job was running, 0 if only leftovers had to go.
local function rescue(resource)
    local job = read(resource)
    local rescued = 0
    if job and job[STATE] == IS_ACTIVE then
        if job[DIRTY] >= 0 then job[PRIORITY] = math.min(job[PRIORITY], job[DIRTY]) end
        make_ready(resource, job)
        rescued = 1
    end
    redis.call('HDEL', ACTIVE, resource)
    redis.call('ZREM', LEASES, resource)
    return rescued
end

local expired, orphaned = 0, 0
for _, resource in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, limit)) do
    expired = expired + rescue(resource)
end

local scan = redis.call('HSCAN', ACTIVE, ARGV[4], 'COUNT', limit)
for at = 1, #scan[2], 2 do
    local resource = scan[2][at]
    if not redis.call('ZSCORE', LEASES, resource) then orphaned = orphaned + rescue(resource) end
end

if expired > 0 then redis.call('HINCRBY', COUNTERS, 'expired', expired) end
if orphaned > 0 then redis.call('HINCRBY', COUNTERS, 'orphaned', orphaned) end
announce()
-- A worker may have died with a wake-up in its hands.
if redis.call('EXISTS', READY) == 1 then wake_one() end
return {expired, orphaned, scan[1], next_due()}
