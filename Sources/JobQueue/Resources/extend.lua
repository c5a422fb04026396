-- Extends leases: the heartbeat. Enters running jobs again that a loss of data has made the shard forget, keeps what the
-- worker says of itself, and tells it what is wanted of it and of its jobs.
--
-- KEYS  as in the prelude
-- ARGV  4 length of a lease in ms; 5 the worker's name, or '' to say nothing of it; 6 what it says of itself; 7… eleven a
--       job: resource, token, kind, queue, organization, gates (joined by line feeds), priority, attempt, due since in ms
--       since 1970, crashes, progress ('' for nothing new)
-- Returns {the order for the worker or '', then for each job, in order: 0 lost, because the resource's token is another or
--       none; 1 extended or entered again; 2 the same, and it is to be cancelled; 3 the same, and its queue is draining}.
--
-- Invariants: a lease is only ever extended for the token that holds it. A job is entered again only under a token of an
-- earlier epoch, and only if its resource has no other holder; if it was asked for anew before, that becomes the one more
-- run that follows. A heartbeat that its job's finish has overtaken finds the mark of that, and enters nothing.
-- Work: O(log n) a job.
local lease, worker = tonumber(ARGV[4]), ARGV[5]
local lease_end = text(now + lease)
local order = ''
if worker ~= '' then
    gather(hsets, WORKERS, worker, string.format('%d', now) .. ' ' .. ARGV[6])
    order = redis.call('HGET', CONTROL, 'order ' .. worker) or ''
end

local function enter_again(at)
    local resource, token = ARGV[at], ARGV[at + 1]
    local epoch = tonumber(string.match(token, '^(%d+):'))
    if not epoch or epoch >= tonumber(ARGV[1]) then return 0 end
    if redis.call('HGET', CONTROL, 'ended ' .. resource) == token then return 0 end
    local waiting = read(resource)
    if waiting and (waiting[STATE] == IS_ACTIVE or waiting[KIND] ~= ARGV[at + 2]) then return 0 end

    local id = waiting and waiting[ID] or redis.call('HINCRBY', COUNTERS, 'job', 1)
    local dirty, dirty_at = -1, 0
    if waiting then
        dirty, dirty_at = waiting[PRIORITY], waiting[SINCE]
        leave(resource, waiting)
    end
    local job = {
        id, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], tonumber(ARGV[at + 6]), tonumber(ARGV[at + 8]),
        tonumber(ARGV[at + 7]), IS_ACTIVE, '', now, dirty, dirty_at, tonumber(ARGV[at + 9]), 0, '', '', worker
    }
    gather(hsets, ACTIVE, resource, token)
    gather(zadds, queue_of(job).leases, lease_end, resource)
    for gate in string.gmatch(job[GATE_NAMES], '[^\n]+') do gather(zadds, SLOTS, 0, gate .. '\0' .. resource) end
    if ARGV[at + 10] ~= '' then gather(hsets, PROGRESS, resource, ARGV[at + 10]) end
    write(resource, job)
    return 1
end

local resources, cancels = {}, {}
for at = 7, #ARGV, 11 do
    resources[#resources + 1] = ARGV[at]
    cancels[#cancels + 1] = 'cancel ' .. ARGV[at]
end
local results = {order}
if #resources > 0 then
    local holders = redis.call('HMGET', ACTIVE, unpack(resources))
    local wanted = redis.call('HMGET', CONTROL, unpack(cancels))
    local draining = {}
    for _, name in ipairs(QUEUE_NAMES) do draining[name] = redis.call('HGET', CONTROL, 'draining ' .. name) end
    for number, resource in ipairs(resources) do
        local at = 7 + (number - 1) * 11
        local result = 0
        if holders[number] == ARGV[at + 1] then
            local queue = QUEUES[ARGV[at + 3]] or QUEUES[QUEUE_NAMES[1]]
            gather(zadds, queue.leases, lease_end, resource)
            if ARGV[at + 10] ~= '' then gather(hsets, PROGRESS, resource, ARGV[at + 10]) end
            result = wanted[number] == ARGV[at + 1] and 2 or (draining[queue.name] and 3 or 1)
        elseif not holders[number] then
            result = enter_again(at)
        end
        results[#results + 1] = result
    end
end
flush()
return results
