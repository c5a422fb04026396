-- Tells how a shard stands. Reads only.
--
-- KEYS  as in the prelude
-- Returns {totals and counters as HGETALL does, parked jobs, workers, cancels and pauses as HGETALL of control does, then
--       for each queue, in order: {ready, delayed, active, ms since the oldest ready job is due or -1, organizations with
--       ready jobs}}. Fifth, before the queues, come the gates: {name, slots, rate, burst, closed until or 0, slots used,
--       parked jobs}.
local function members(key, name) return redis.call('ZLEXCOUNT', key, '[' .. name .. '\0', '(' .. name .. '\1') end

local limits = {}
local known = redis.call('HGETALL', GATES)
for at = 1, #known, 2 do
    local name, own = known[at], cmsgpack.unpack(known[at + 1])
    limits[#limits + 1] = {
        name, own[LIMIT_SLOTS], tostring(own[LIMIT_RATE]), own[LIMIT_BURST], own[CLOSED] > now and own[CLOSED] or 0,
        members(SLOTS, name), members(PARKED, name)
    }
end
local reply = {
    redis.call('HGETALL', COUNTERS), redis.call('ZCARD', PARKED), redis.call('HLEN', WORKERS), redis.call('HGETALL', CONTROL),
    limits
}
for _, name in ipairs(QUEUE_NAMES) do
    local queue = QUEUES[name]
    local oldest = redis.call('ZRANGE', queue.waits, 0, 0, 'WITHSCORES')[2]
    reply[#reply + 1] = {
        redis.call('ZCARD', queue.ready), redis.call('ZCARD', queue.delayed), redis.call('ZCARD', queue.leases),
        oldest and math.max(0, now - tonumber(oldest)) or -1, redis.call('ZCARD', queue.turns)
    }
end
return reply
