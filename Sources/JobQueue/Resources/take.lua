-- Takes one named job, wherever it waits, past its gates and its queue's pause: for a person who wants to see it run.
--
-- KEYS  as in the prelude
-- ARGV  4 the resource; 5 length of a lease in ms; 6 the worker's name
-- Returns {the job as claiming.lua says}, or nothing in it if it doesn't wait.
local resource = ARGV[4]
local job = read(resource)
if not job or job[STATE] == IS_ACTIVE then return {} end
leave(resource, job)
local token = ARGV[1] .. ':' .. string.format('%d', redis.call('HINCRBY', COUNTERS, 'token', 1))
enter_gates(resource, job)
gather(hsets, ACTIVE, resource, token)
gather(zadds, queue_of(job).leases, now + tonumber(ARGV[5]), resource)
job[STATE], job[MEMBER], job[WORKER] = IS_ACTIVE, '', ARGV[6]
job[ATTEMPT], job[CLAIMED] = job[ATTEMPT] + 1, now
job[DIRTY], job[DIRTY_AT] = -1, 0
write(resource, job)
flush()
return {
    resource, token, job[ID], job[KIND], job[QUEUE], job[ORGANIZATION], job[GATE_NAMES], job[PRIORITY], job[ATTEMPT],
    job[SINCE], job[CRASHES], job[SUSPECT]
}
