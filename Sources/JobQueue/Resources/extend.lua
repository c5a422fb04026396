-- Extends leases: the heartbeat. Enters running jobs again that a loss of data has made the shard forget.
--
-- KEYS  as in the prelude
-- ARGV  3 length of a lease in ms; 4… eight a job: resource, token, kind, organization, gates (joined by line feeds),
--       priority, attempt, due since in ms since 1970
-- Returns for each job, in order: 1 extended or entered again, 0 lost, because the resource's token is another or none.
--
-- Invariants: a lease is only ever extended for the token that holds it. A job is entered again only under a token of an
-- earlier epoch, and only if its resource has no other holder; if it was asked for anew before, that becomes the one more
-- run that follows. A heartbeat that comes in after its job's finish and after a change of epoch may enter a job that has
-- ended; its lease then runs out and it runs once more, which does no harm. Work: O(log n) a job.
local lease = tonumber(ARGV[3])

local function enter_again(at)
    local resource, token = ARGV[at], ARGV[at + 1]
    local epoch = tonumber(string.match(token, '^(%d+):'))
    if not epoch or epoch >= tonumber(ARGV[1]) then return 0 end
    local waiting = read(resource)
    if waiting and (waiting[STATE] == IS_ACTIVE or waiting[KIND] ~= ARGV[at + 2]) then return 0 end

    local id = waiting and waiting[ID] or redis.call('HINCRBY', COUNTERS, 'job', 1)
    local dirty, dirty_at = -1, 0
    if waiting then dirty, dirty_at = waiting[PRIORITY], waiting[SINCE] end
    redis.call('HSET', ACTIVE, resource, token)
    redis.call('ZADD', LEASES, now + lease, resource)
    write(resource, {
        id, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], tonumber(ARGV[at + 5]), tonumber(ARGV[at + 7]),
        tonumber(ARGV[at + 6]), IS_ACTIVE, '', now, dirty, dirty_at
    })
    if waiting and waiting[STATE] == IS_READY then redis.call('ZREM', READY, waiting[MEMBER]) end
    if waiting and waiting[STATE] == IS_DELAYED then redis.call('ZREM', DELAYED, resource) end
    return 1
end

local results = {}
for at = 4, #ARGV, 8 do
    local holder = redis.call('HGET', ACTIVE, ARGV[at])
    if holder == ARGV[at + 1] then
        redis.call('ZADD', LEASES, now + lease, ARGV[at])
        results[#results + 1] = 1
    elseif holder then
        results[#results + 1] = 0
    else
        results[#results + 1] = enter_again(at)
    end
end
return results
