-- What an operator does to queues, gates, workers and waiting jobs; one deed a call.
--
-- KEYS  as in the prelude
-- ARGV  4 the deed, then what it needs:
--       pause Q | resume Q | drain Q   stops, or lets go on, the claims of a queue; drain also asks its running jobs to go
--                                      back. Returns 1 if that changed anything.
--       cancel RESOURCE     a waiting job goes (1); a running one is asked to stop (2); there is none (0)
--       now RESOURCE        a waiting job is ready at once, as urgent as can be (1); 0 if it doesn't wait. It still has to
--                           pass its gates.
--       remove Q LIMIT CURSOR   removes up to so many waiting jobs of a queue; returns how many, and the cursor of the
--                           next call, which is '' at first and after the last
--       gate NAME SLOTS RATE BURST   sets a gate's limits, -1 for none; both -1 takes them away
--       close NAME UNTIL    closes a gate until then, ms since 1970; 0 opens it
--       order WORKER TEXT   what a worker is told by its next heartbeat; '' takes it back
--       leave WORKER        a worker has ended
local deed, name = ARGV[4], ARGV[5]

local function set(field, is_on)
    if is_on then return redis.call('HSET', CONTROL, field, '1') end
    return redis.call('HDEL', CONTROL, field)
end

-- Returns how many it removed, and the parked member to go on behind, or ''.
local function remove_waiting(queue, limit, cursor)
    local removed = 0
    -- An entry of a job that is elsewhere by its record, or gone, is a leftover.
    local function take(key, entries, resource_of, state)
        local resources = {}
        for at, entry in ipairs(entries) do resources[at] = resource_of(entry) end
        fetch(resources)
        for at, resource in ipairs(resources) do
            local job = read(resource)
            if not job or job[STATE] ~= state then
                gather(zrems, key, entries[at])
            elseif job[QUEUE] == queue.name then
                leave(resource, job)
                forget(resource)
                count(queue.name, 'removed', 1)
                removed = removed + 1
            end
        end
    end
    local function itself(entry) return entry end
    local function parked_resource(member)
        local stands = string.sub(member, #string.match(member, '^%Z*') + 2)
        return string.sub(stands, #string.match(stands, '^%Z*') + 19)
    end
    take(queue.waits, redis.call('ZRANGE', queue.waits, 0, limit - 1), itself, IS_READY)
    if removed < limit then
        take(queue.delayed, redis.call('ZRANGE', queue.delayed, 0, limit - removed - 1), itself, IS_DELAYED)
    end
    if removed == limit then return removed, cursor end
    local room = limit - removed
    local parked = redis.call('ZRANGEBYLEX', PARKED, cursor == '' and '-' or '(' .. cursor, '+', 'LIMIT', 0, room)
    take(PARKED, parked, parked_resource, IS_PARKED)
    return removed, #parked == room and parked[room] or ''
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
        -- For this run only: what a script that died leaves of it must not end the next.
        redis.call('HSET', CONTROL, 'cancel ' .. name, redis.call('HGET', ACTIVE, name) or '')
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
        job[PRIORITY], job[SINCE] = 0, math.min(job[SINCE], now)
        park_again(name, job)
        result = 1
    end
elseif deed == 'remove' then
    result = {remove_waiting(QUEUES[name], tonumber(ARGV[6]), ARGV[7])}
elseif deed == 'gate' then
    local found = gate(name)
    local own = found and found.own or {-1, -1, 1, 0, 0, 0, ''}
    own[LIMIT_SLOTS], own[LIMIT_RATE], own[LIMIT_BURST] = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
    -- What was spent stays spent: shares of a limit are set again and again.
    own[TOKENS], own[COUNTED] = math.min(found and found.tokens or own[LIMIT_BURST], own[LIMIT_BURST]), now
    if own[LIMIT_SLOTS] < 0 and own[LIMIT_RATE] < 0 and own[CLOSED] <= now then
        redis.call('HDEL', GATES, name)
    else
        redis.call('HSET', GATES, name, cmsgpack.pack(own))
    end
    redis.call('ZADD', REOPEN, now, name)
    known_gates, has_gates = {}, nil
    -- Gates of its class that keep jobs back; the reaper finds the rest.
    local class = string.match(name, '^([^:]*:)%*$')
    local from = class and '[' .. class
    for _ = 1, class and 100 or 0 do
        local member = redis.call('ZRANGEBYLEX', PARKED, from, '(' .. class .. '\255', 'LIMIT', 0, 1)[1]
        if not member then break end
        local one = string.match(member, '^%Z*')
        redis.call('ZADD', REOPEN, now, one)
        from = '(' .. one .. '\1'
    end
    result = 1
elseif deed == 'close' then
    local until_ms = tonumber(ARGV[6])
    local found = gate(name)
    if found then found.own[CLOSED] = 0 end
    if until_ms > now then
        close_gate(name, until_ms)
        for _, known in pairs(QUEUES) do known.has_opening = true end
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
