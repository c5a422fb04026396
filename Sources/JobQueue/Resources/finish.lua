-- Ends runs of jobs.
--
-- KEYS  as in the prelude
-- ARGV  3… four a run: resource, token, outcome, time in ms
--       done     the time is nothing; the job is gone, unless it was asked for meanwhile
--       retry    it failed: again after `time` ms from now; the attempt counts
--       again    it did its part: again at `time`, ms since 1970; attempts count from the start
--       release  it did nothing for reasons of the worker's: at once, in its old place, no attempt spent
-- Returns for each run, in order: 1 done and gone, 2 waiting again, 0 refused, since the token is not the resource's.
--
-- Invariants: only the holder of the token ends a run; every refusal is counted (counters: stale). What was asked for
-- during the run leads to exactly one more run. Work: O(log n) a run.
local results = {}
for at = 3, #ARGV, 4 do
    local resource, token, outcome, value = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
    local result = 0
    if redis.call('HGET', ACTIVE, resource) ~= token then
        redis.call('HINCRBY', COUNTERS, 'stale', 1)
    else
        local job = read(resource)
        result = 1
        if job and job[STATE] == IS_ACTIVE then
            local is_dirty = job[DIRTY] >= 0
            local dirty_at = job[DIRTY_AT]
            redis.call('ZADD', TURNS, 'XX', 'INCR', math.max(0, now - job[CLAIMED]), job[ORGANIZATION])
            if is_dirty then job[PRIORITY] = math.min(job[PRIORITY], job[DIRTY]) end
            if outcome == 'retry' then
                -- The retry is the one more run; a wish made during a run that failed does not shorten its backoff.
                schedule(resource, job, now + value)
                result = 2
            elseif outcome == 'release' then
                job[ATTEMPT] = job[ATTEMPT] - 1
                make_ready(resource, job)
                result = 2
            elseif outcome == 'again' then
                job[ATTEMPT] = 0
                schedule(resource, job, is_dirty and math.min(dirty_at, value) or value)
                result = 2
            elseif is_dirty then
                job[ATTEMPT], job[PRIORITY] = 0, job[DIRTY]
                schedule(resource, job, dirty_at)
                result = 2
            else
                redis.call('HDEL', JOBS, resource)
            end
        end
        redis.call('ZREM', LEASES, resource)
        redis.call('HDEL', ACTIVE, resource)
    end
    results[#results + 1] = result
end

announce()
return results
