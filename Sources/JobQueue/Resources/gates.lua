-- Gates: limits that jobs must pass to be claimed. Put between the prelude and the scripts that need it.
--
-- A gate's record is an array in MessagePack: slots (jobs at once, -1 for no limit), rate (jobs a second, -1 for none),
-- burst (tokens that gather at most), closed until (ms since 1970), tokens, when they were counted (ms), the organization
-- that was let in last. A gate without limits of its own takes those of its class, "class:*" of "class:name"; a gate with
-- neither is open and costs nothing.
--
-- Invariants: a slot is a member of `slots`, named by its job, so that a crash leaks none that the reaper doesn't find. A
-- parked job has a finish, a reopening or the reaper to bring it back; organizations come back in turns.
local LIMIT_SLOTS, LIMIT_RATE, LIMIT_BURST, CLOSED, TOKENS, COUNTED, LAST_IN = 1, 2, 3, 4, 5, 6, 7
-- A gate that opens after having been closed lets so many in at a time, and the next so many ms later.
local STEP, STEP_MS = 16, 100

local has_gates
local known_gates = {}

-- A gate as this call sees it, or false if nothing limits it.
local function gate(name)
    local found = known_gates[name]
    if found ~= nil then return found end
    if has_gates == nil then has_gates = redis.call('EXISTS', GATES) == 1 end
    found = false
    if has_gates then
        local class = string.match(name, '^[^:]*') .. ':*'
        local packed = redis.call('HMGET', GATES, name, class)
        local own = packed[1] and cmsgpack.unpack(packed[1])
        local common = packed[2] and cmsgpack.unpack(packed[2])
        if own or common then
            own = own or {-1, -1, 1, 0, 0, 0, ''}
            local limits = own
            if common and own[LIMIT_SLOTS] < 0 and own[LIMIT_RATE] < 0 then limits = common end
            found = {name = name, own = own, slots = limits[LIMIT_SLOTS], rate = limits[LIMIT_RATE], burst = limits[LIMIT_BURST]}
            if found.rate >= 0 then
                if own[COUNTED] == 0 then own[TOKENS] = found.burst end
                local gained = (now - own[COUNTED]) / 1000 * found.rate
                found.tokens = math.min(found.burst, own[TOKENS] + (own[COUNTED] == 0 and 0 or gained))
            end
        end
    end
    known_gates[name] = found
    return found
end

local function save_gate(found)
    if found.tokens then found.own[TOKENS], found.own[COUNTED] = found.tokens, now end
    gather(hsets, GATES, found.name, cmsgpack.pack(found.own))
end

-- Closes a gate until a time, ms since 1970; never for less than it is closed already.
local function close_gate(name, until_ms)
    local found = gate(name)
    if not found then
        found = {name = name, own = {-1, -1, 1, 0, 0, 0, ''}, slots = -1, rate = -1, burst = 1}
        known_gates[name] = found
    end
    found.own[CLOSED] = math.max(found.own[CLOSED], until_ms)
    save_gate(found)
    redis.call('ZADD', REOPEN, found.own[CLOSED], name)
end

local function slots_used(found)
    if not found.used then
        found.used = redis.call('ZLEXCOUNT', SLOTS, '[' .. found.name .. '\0', '(' .. found.name .. '\1')
    end
    return found.used
end

-- How many jobs a gate would let in now.
local function room_of(found)
    if found.own[CLOSED] > now then return 0 end
    local room = math.huge
    if found.slots >= 0 then room = found.slots - slots_used(found) end
    if found.tokens then room = math.min(room, math.floor(found.tokens)) end
    return math.max(0, room)
end

-- The first gate that keeps a job back, or nil.
local function gate_against(job)
    if job[GATE_NAMES] == '' then return nil end
    for name in string.gmatch(job[GATE_NAMES], '[^\n]+') do
        local found = gate(name)
        if found and room_of(found) < 1 then return found end
    end
    return nil
end

-- Has a job that is being claimed take its place in each of its gates.
local function enter_gates(resource, job)
    if job[GATE_NAMES] == '' then return end
    for name in string.gmatch(job[GATE_NAMES], '[^\n]+') do
        gather(zadds, SLOTS, '0', name .. '\0' .. resource)
        local found = gate(name)
        if found then
            if found.slots >= 0 then found.used = slots_used(found) + 1 end
            if found.tokens then
                found.tokens = found.tokens - 1
                save_gate(found)
            end
        end
    end
end

-- When a gate's parked jobs should be looked at again; nil where a finish will see to it.
local function opening_of(found)
    if found.own[CLOSED] > now then return found.own[CLOSED] end
    if found.tokens and found.tokens < 1 then
        if found.rate <= 0 then return nil end
        return now + math.max(1, math.ceil((1 - found.tokens) / found.rate * 1000))
    end
    return nil
end

-- Parks a job, which has left where it waited, behind a gate.
local function park(resource, job, found)
    job[STATE], job[MEMBER] = IS_PARKED, found.name .. '\0' .. place(resource, job)
    gather(zadds, PARKED, '0', job[MEMBER])
    write(resource, job)
    local opening = opening_of(found)
    if opening then redis.call('ZADD', REOPEN, 'LT', opening, found.name) end
end

-- Brings up to `limit` of a gate's parked jobs back, one organization after the other; flushes.
local function unpark(name, limit)
    local found = gate(name)
    local last = found and found.own[LAST_IN] or ''
    local from = '[' .. name .. '\0'
    if last ~= '' then from = '(' .. name .. '\0' .. last .. '\1' end
    local wrapped = last == ''
    local brought, looked = 0, 0
    -- Leftovers count too: the work stays bounded.
    while brought < limit and looked < limit + 100 do
        looked = looked + 1
        local member = redis.call('ZRANGEBYLEX', PARKED, from, '(' .. name .. '\1', 'LIMIT', 0, 1)[1]
        if member then
            local place = string.sub(member, #name + 2)
            local organization = string.match(place, '^%Z*')
            local resource = string.sub(place, #organization + 19)
            local job = read(resource)
            if job and job[STATE] == IS_PARKED and job[MEMBER] == member then
                make_ready(resource, job)
                brought = brought + 1
            end
            gather(zrems, PARKED, member)
            last = organization
            from = '(' .. name .. '\0' .. organization .. '\1'
            -- Before the next look, or the same member would be found again after a wrap.
            if brought == limit or wrapped then flush() end
        elseif wrapped then
            flush()
            if redis.call('ZLEXCOUNT', PARKED, '[' .. name .. '\0', '(' .. name .. '\1') == 0 then break end
            from = '[' .. name .. '\0'
        else
            flush()
            wrapped = true
            from = '[' .. name .. '\0'
        end
    end
    if found and last ~= found.own[LAST_IN] then
        found.own[LAST_IN] = last
        save_gate(found)
    end
    flush()
    return brought
end

-- When to look again at a gate that has parked jobs; nil where a finish, or a change of its limits, will see to it.
local function next_look(found)
    if not found then return now + STEP_MS end
    if found.own[CLOSED] > now then return found.own[CLOSED] end
    if found.slots >= 0 and slots_used(found) >= found.slots then return nil end
    if found.tokens and found.tokens < 1 then return opening_of(found) end
    return now + STEP_MS
end

-- Looks at gates whose time has come, at most `limit` of them.
local function reopen(limit)
    local due = redis.call('ZRANGEBYSCORE', REOPEN, '-inf', now, 'LIMIT', 0, limit)
    for _, name in ipairs(due) do
        local found = gate(name)
        local room = found and room_of(found) or STEP
        if room > 0 then unpark(name, math.min(room, STEP)) end
        local left = redis.call('ZLEXCOUNT', PARKED, '[' .. name .. '\0', '(' .. name .. '\1')
        local at = left > 0 and next_look(found)
        if at then
            redis.call('ZADD', REOPEN, at, name)
        else
            redis.call('ZREM', REOPEN, name)
            -- A gate that has nothing to say any more goes.
            if found and left == 0 and found.own[CLOSED] <= now and found.own[LIMIT_SLOTS] < 0 and found.own[LIMIT_RATE] < 0
                and found.rate < 0 then
                redis.call('HDEL', GATES, name)
                known_gates[name] = nil
            end
        end
    end
    return #due
end

-- Brings parked jobs back to the places that ended runs have left.
local function refill(freed)
    if next(freed) == nil or redis.call('EXISTS', PARKED) == 0 then return end
    for name, places in pairs(freed) do
        local found = gate(name)
        -- The slots have changed since they were counted.
        if found then found.used = nil end
        local room = found and room_of(found) or places
        if room > 0 then unpark(name, math.min(room, places)) end
    end
end
