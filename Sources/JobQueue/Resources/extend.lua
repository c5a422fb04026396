-- Extends leases: the heartbeat.
--
-- KEYS  as in the prelude
-- ARGV  3 length of a lease in ms; 4… two a job: resource, token
-- Returns for each job, in order: 1 extended, 0 lost, because the resource's token is another or none.
--
-- Invariants: a lease is only ever extended for the token that holds it. Work: O(log n) a job.
local lease = tonumber(ARGV[3])
local results = {}
for at = 4, #ARGV, 2 do
    if redis.call('HGET', ACTIVE, ARGV[at]) == ARGV[at + 1] then
        redis.call('ZADD', LEASES, now + lease, ARGV[at])
        results[#results + 1] = 1
    else
        results[#results + 1] = 0
    end
end
return results
