-- What an operator does to queues, gates, workers and waiting jobs; one deed a call.
--
-- KEYS  as in the prelude
-- ARGV  4 the deed, then what it needs:
--       pause Q | resume Q | drain Q   stops, or lets go on, the claims of a queue; drain also asks its running jobs to go
--                                      back. Returns 1 if that changed anything.
--       cancel RESOURCE     a waiting job goes (1); a running one is asked to stop (2); there is none (0)
--       now RESOURCE        a waiting job is ready at once, as urgent as can be (1); 0 if it doesn't wait. It still has to
--                           pass its gates.
--       remove Q LIMIT      removes up to so many waiting jobs of a queue; returns how many
--       gate NAME SLOTS RATE BURST   sets a gate's limits, -1 for none; both -1 takes them away
--       close NAME UNTIL    closes a gate until then, ms since 1970; 0 opens it
--       order WORKER TEXT   what a worker is told by its next heartbeat; '' takes it back
--       leave WORKER        a worker has ended
local deed, name = ARGV[4], ARGV[5]

local function set(field, is_on)
    if is_on then return redis.call('HSET', CONTROL, field, '1') end
    return redis.call('HDEL', CONTROL, field)
end

local function remove_waiting(queue, limit)
    local removed = 0
    local function take(resources)
        fetch(resources)
        for _, resource in ipairs(resources) do
            local job = read(resource)
            if job and job[STATE] ~= IS_ACTIVE and job[QUEUE] == queue.name then
                leave(resource, job)
                forget(resource)
                count(queue.name, 'removed', 1)
                removed = removed + 1
            end
        end
    end
    take(redis.call('ZRANGE', queue.waits, 0, limit - 1))
    if removed < limit then take(redis.call('ZRANGE', queue.delayed, 0, limit - removed - 1)) end
    if removed < limit then
        local parked = {}
        for _, member in ipairs(redis.call('ZRANGE', PARKED, 0, limit - removed - 1)) do
            local place = string.sub(member, #string.match(member, '^%Z*') + 2)
            parked[#parked + 1] = string.sub(place, #string.match(place, '^%Z*') + 19)
        end
        take(parked)
    end
    return removed
end

local result = 0
if deed == 'pause' then
    result = set('paused ' .. name, true)
elseif deed == 'resume' then
    result = math.max(set('paused ' .. name, false), set('draining ' .. name, false))
    if redis.call('EXISTS', QUEUES[name].ready) == 1 then wake_one(QUEUES[name]) end
elseif deed == 'drain' then
    set('paused ' .. name, true)
    result = set('draining ' .. name, true)
elseif deed == 'cancel' then
    local job = read(name)
    if job and job[STATE] == IS_ACTIVE then
        set('cancel ' .. name, true)
        result = 2
    elseif job then
        leave(name, job)
        forget(name)
        count(job[QUEUE], 'cancel', 1)
        result = 1
    end
elseif deed == 'now' then
    local job = read(name)
    if job and (job[STATE] == IS_READY or job[STATE] == IS_DELAYED) then
        local state, member = job[STATE], job[MEMBER]
        job[PRIORITY], job[SINCE] = 0, math.min(job[SINCE], now)
        make_ready(name, job)
        if state == IS_DELAYED then gather(zrems, queue_of(job).delayed, name) end
        if state == IS_READY and member ~= job[MEMBER] then gather(zrems, queue_of(job).ready, member) end
        result = 1
    elseif job and job[STATE] == IS_PARKED then
        result = 1
    end
elseif deed == 'remove' then
    result = remove_waiting(QUEUES[name], tonumber(ARGV[6]))
elseif deed == 'gate' then
    local packed = redis.call('HGET', GATES, name)
    local own = packed and cmsgpack.unpack(packed) or {-1, -1, 1, 0, 0, 0, ''}
    own[LIMIT_SLOTS], own[LIMIT_RATE], own[LIMIT_BURST] = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
    own[TOKENS], own[COUNTED] = own[LIMIT_BURST], now
    if own[LIMIT_SLOTS] < 0 and own[LIMIT_RATE] < 0 and own[CLOSED] <= now then
        redis.call('HDEL', GATES, name)
    else
        redis.call('HSET', GATES, name, cmsgpack.pack(own))
    end
    redis.call('ZADD', REOPEN, now, name)
    result = 1
elseif deed == 'close' then
    local until_ms = tonumber(ARGV[6])
    local found = gate(name)
    if found then found.own[CLOSED] = 0 end
    if until_ms > now then
        close_gate(name, until_ms)
    elseif found then
        save_gate(found)
        redis.call('ZADD', REOPEN, now, name)
    end
    result = 1
elseif deed == 'order' then
    if ARGV[6] == '' then
        redis.call('HDEL', CONTROL, 'order ' .. name)
    else
        redis.call('HSET', CONTROL, 'order ' .. name, ARGV[6])
    end
    result = redis.call('HEXISTS', WORKERS, name)
elseif deed == 'leave' then
    redis.call('HDEL', WORKERS, name)
    redis.call('HDEL', CONTROL, 'order ' .. name)
else
    return redis.error_reply('ERR no such deed: ' .. deed)
end

flush()
if deed == 'gate' or deed == 'close' then reopen(100) end
announce()
return result
