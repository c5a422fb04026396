-- The body of a claim. Put behind gates.lua in the scripts that claim.
--
-- Takes up to `wanted` ready jobs of the queues named: organizations in turn, each one's job of the best rank. Returns
-- {jobs, ms until the next delayed job is due or a gate opens or -1, 1 if there may be more}; a job is {resource, token,
-- id, kind, queue, organization, gates, priority, attempt, due since in ms since 1970, crashes, suspect}.
--
-- Invariants: a job comes to one claimer only, with a token that no other claim ever gets, and only through its gates.
-- A wake-up is left behind for another worker if jobs stay ready, or if this worker is now full and so won't look after
-- the delayed ones; none is left if there is nothing to do. Work: `wanted + due_limit` jobs, as many parked, and leftovers.

-- The next ready members of an organization, with their records.
local function look_at(queue, stand, many)
    local from = stand.seen and '(' .. stand.seen or '[' .. stand.organization .. '\0'
    stand.members = redis.call('ZRANGEBYLEX', queue.ready, from, '(' .. stand.organization .. '\1', 'LIMIT', 0, many)
    stand.next = 1
    local resources = {}
    for at, member in ipairs(stand.members) do resources[at] = string.sub(member, #stand.organization + 19) end
    stand.resources = resources
    stand.seen = stand.members[#stand.members] or stand.seen
    fetch(resources)
end

local function claim_from(queue, wanted, bound, taken)
    if redis.call('HGET', CONTROL, 'paused ' .. queue.name) then return false end
    local first = redis.call('ZRANGE', queue.turns, 0, wanted - 1, 'WITHSCORES')
    local stands = {}
    for at = 1, #first, 2 do
        stands[#stands + 1] = {organization = first[at], charged = tonumber(first[at + 1]), members = {}, next = 1}
    end
    local got, parked, turn = 0, 0, nil
    local served = {}
    while got < wanted and parked < bound and stands[1] do
        local stand = stands[1]
        if stand.next > #stand.members then look_at(queue, stand, math.ceil((wanted - got) / #stands)) end
        local member, resource = stand.members[stand.next], stand.resources[stand.next]
        stand.next = stand.next + 1
        if not member then
            gather(zrems, queue.turns, stand.organization)
            stand.is_empty = true
            table.remove(stands, 1)
        else
            local job = read(resource)
            if job and job[STATE] == IS_READY and job[MEMBER] == member then
                local against = gate_against(job)
                if against then
                    park(resource, job, against)
                    parked = parked + 1
                else
                    enter_gates(resource, job)
                    taken[#taken + 1] = {resource, job}
                    -- Not ready any more to what follows in this call.
                    job[STATE], job[MEMBER] = IS_ACTIVE, ''
                    got = got + 1
                    turn = stand.charged
                    -- A turn costs 1 ms now, and what the job really took when it is finished. Among equals the others
                    -- go first.
                    stand.charged = stand.charged + 1
                    served[stand] = true
                    local at = 1
                    while stands[at + 1] and stands[at + 1].charged <= stand.charged do
                        stands[at] = stands[at + 1]
                        at = at + 1
                    end
                    stands[at] = stand
                end
                gather(zrems, queue.waits, resource)
            elseif not (job and job[STATE] == IS_READY) then
                gather(zrems, queue.waits, resource)
            end
            gather(zrems, queue.ready, member)
        end
    end
    for stand in pairs(served) do
        if not stand.is_empty then gather(zadds, queue.turns, text(stand.charged), stand.organization) end
    end
    if turn then gather(hsets, COUNTERS, 'turn ' .. queue.name, text(turn)) end
    return parked >= bound
end

local function claim(wanted, lease, due_limit, worker, names)
    reopen(due_limit)
    local taken, may_be_more = {}, false
    for _, name in ipairs(names) do
        local queue = QUEUES[name]
        promote(queue, due_limit)
        if #taken < wanted and claim_from(queue, wanted - #taken, wanted + due_limit, taken) then may_be_more = true end
    end
    local jobs = {}
    local token, lease_end = 0, text(now + lease)
    if #taken > 0 then token = redis.call('HINCRBY', COUNTERS, 'token', #taken) - #taken end
    for at, pair in ipairs(taken) do
        local resource, job = pair[1], pair[2]
        token = token + 1
        local name = ARGV[1] .. ':' .. string.format('%d', token)
        gather(hsets, ACTIVE, resource, name)
        gather(zadds, queue_of(job).leases, lease_end, resource)
        job[ATTEMPT], job[CLAIMED] = job[ATTEMPT] + 1, now
        job[DIRTY], job[DIRTY_AT], job[WORKER] = -1, 0, worker
        write(resource, job)
        jobs[at] = {
            resource, name, job[ID], job[KIND], job[QUEUE], job[ORGANIZATION], job[GATE_NAMES], job[PRIORITY],
            job[ATTEMPT], job[SINCE], job[CRASHES], job[SUSPECT]
        }
    end
    flush()

    local due = -1
    for _, name in ipairs(names) do
        local queue = QUEUES[name]
        local at = next_due(queue)
        if at >= 0 and (due < 0 or at < due) then due = at end
        local is_paused = redis.call('HGET', CONTROL, 'paused ' .. name)
        if not is_paused and (redis.call('EXISTS', queue.ready) == 1 or (at >= 0 and #jobs == wanted)) then
            wake_one(queue)
        else
            redis.call('DEL', queue.wake)
        end
    end
    return {jobs, due, may_be_more and 1 or 0}
end
