-- The body of a claim. Put behind gates.lua in the scripts that claim.
--
-- Takes up to `wanted` ready jobs of the queues named: organizations in turn, each one's job of the best rank. Returns
-- {jobs, ms until the next delayed job is due or a gate opens or -1, 1 if there may be more}; a job is {resource, token,
-- id, kind, queue, organization, gates, priority, attempt, due since in ms since 1970, crashes, suspect}.
--
-- Invariants: a job comes to one claimer only, with a token that no other claim ever gets, and only through its gates.
-- A wake-up is left behind for another worker if jobs stay ready, or if this worker is now full and so won't look after
-- the delayed ones; none is left if there is nothing to do. Work: `wanted + due_limit` jobs of each queue, whether taken,
-- parked or leftovers.

-- An organization may have so many jobs parked before others are looked at.
local SHARE = 16

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

-- The next page of a queue's organizations by their turns, as far as there is one.
local function take_turns(queue, stands, from, many)
    local page = redis.call('ZRANGE', queue.turns, from, from + many - 1, 'WITHSCORES')
    for at = 1, #page, 2 do
        stands[#stands + 1] = {
            organization = page[at], charged = tonumber(page[at + 1]), members = {}, next = 1, parked = 0
        }
    end
    return #page / 2
end

-- Takes one more job of an organization, after which it stands behind its equals.
local function take_of(stands, stand, resource, job, taken)
    enter_gates(resource, job)
    taken[#taken + 1] = {resource, job}
    -- Not ready any more to what follows in this call.
    job[STATE], job[MEMBER] = IS_ACTIVE, ''
    -- A turn costs 1 ms now, and what the job really took when it is finished.
    stand.charged = stand.charged + 1
    stand.is_served = true
    local at = 1
    while stands[at + 1] and stands[at + 1].charged <= stand.charged do
        stands[at] = stands[at + 1]
        at = at + 1
    end
    stands[at] = stand
end

-- Returns whether it stopped at its bound: of jobs parked, leftovers and organizations without jobs.
local function claim_from(queue, wanted, bound, taken)
    if redis.call('HGET', CONTROL, 'paused ' .. queue.name) then return false end
    local stands, deferred, served, share = {}, {}, {}, SHARE
    local page = math.max(wanted, 8)
    local turns_seen, has_page = 0, true
    local got, looked, turn = 0, 0, nil
    while got < wanted and looked < bound do
        if not stands[1] and has_page then
            local found = take_turns(queue, stands, turns_seen, page)
            turns_seen, has_page = turns_seen + found, found == page
        end
        if not stands[1] then
            -- Nobody else has a job that could run: on with those whose jobs are kept back.
            if not deferred[1] then break end
            stands, deferred, share = deferred, {}, bound
        end
        local stand = stands[1]
        if stand.next > #stand.members then
            look_at(queue, stand, math.max(math.ceil((wanted - got) / #stands), math.min(stand.parked, 100)))
        end
        local member, resource = stand.members[stand.next], stand.resources[stand.next]
        stand.next = stand.next + 1
        if not member then
            gather(zrems, queue.turns, stand.organization)
            table.remove(stands, 1)
            looked = looked + 1
        else
            local job = read(resource)
            if job and job[STATE] == IS_READY and job[MEMBER] == member then
                local against = gate_against(job)
                if against then
                    park(resource, job, against)
                    stand.parked = stand.parked + 1
                    looked = looked + 1
                    if stand.parked >= share then
                        deferred[#deferred + 1] = table.remove(stands, 1)
                    end
                else
                    turn = stand.charged
                    if not stand.is_served then served[#served + 1] = stand end
                    take_of(stands, stand, resource, job, taken)
                    got = got + 1
                end
                gather(zrems, queue.waits, resource)
            else
                if not (job and job[STATE] == IS_READY) then gather(zrems, queue.waits, resource) end
                looked = looked + 1
            end
            gather(zrems, queue.ready, member)
        end
    end
    -- One that has no job any more leaves its turn all the same: removals come last.
    for _, stand in ipairs(served) do gather(zadds, queue.turns, text(stand.charged), stand.organization) end
    if turn then gather(hsets, COUNTERS, 'turn ' .. queue.name, text(turn)) end
    return looked >= bound
end

local function claim(wanted, lease, due_limit, worker, names)
    reopen(due_limit)
    -- Before anything is taken: it flushes.
    for _, name in ipairs(names) do promote(QUEUES[name], due_limit) end
    local taken, may_be_more = {}, false
    for _, name in ipairs(names) do
        local queue = QUEUES[name]
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
