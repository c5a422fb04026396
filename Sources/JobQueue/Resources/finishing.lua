-- The body of a finish. Put behind gates.lua in the scripts that finish.
--
-- Ends the runs in ARGV[first…last], six values a run: resource, token, outcome, time in ms, code, text (of the error; of
-- a throttle the code is the gate).
--   done      the time is nothing; the job is gone, unless it was asked for meanwhile
--   retry     it failed: again after `time` ms from now; the attempt counts
--   crash     as retry; its process died of it, alone
--   again     it did its part: again at `time`, ms since 1970; attempts count from the start
--   release   it did nothing for reasons of the worker's: at once, in its old place, no attempt spent
--   throttle  the provider wants a wait: its gate is closed until `time`, ms since 1970, and it waits there, no attempt
--             spent
--   dead      it is with the dead letters now; here it goes as if done
--   cancel    somebody wanted it to stop; it goes as if done
-- Returns for each run, in order: 1 gone, 2 waiting again, 0 refused, since the token is not the resource's.
--
-- Invariants: only the holder of the token ends a run; every refusal is counted. What was asked for during the run leads to
-- exactly one more run. Work: O(log n) a run.
local COMES_BACK = {retry = true, crash = true, release = true, throttle = true}

local function finish(first, last)
    local results, resources = {}, {}
    for at = first, last, 6 do resources[#resources + 1] = ARGV[at] end
    if #resources == 0 then return results end
    fetch(resources)
    local holders = redis.call('HMGET', ACTIVE, unpack(resources))
    local charges, freed, ended = {}, {}, {}
    for number, resource in ipairs(resources) do
        local at = first + (number - 1) * 6
        local outcome, value = ARGV[at + 2], tonumber(ARGV[at + 3])
        local job = read(resource)
        local result = 0
        if holders[number] ~= ARGV[at + 1] or ended[resource] then
            count(job and job[QUEUE] or QUEUE_NAMES[1], 'stale', 1)
            if not holders[number] then mark_ended(resource, ARGV[at + 1]) end
        elseif not (job and job[STATE] == IS_ACTIVE) then
            -- A leftover of a script that died: the token is all that there is.
            gather(hdels, ACTIVE, resource)
            result = 1
        else
            result = 1
            ended[resource] = true
            if outcome == 'throttle' then
                close_gate(ARGV[at + 4], value)
                -- So that somebody waits for its opening, if this worker doesn't.
                queue_of(job).has_opening = true
            end
            -- The run ended before its heartbeat could tell it: somebody wants no further one.
            if COMES_BACK[outcome] and redis.call('HGET', CONTROL, 'cancel ' .. resource) == ARGV[at + 1] then
                outcome = 'cancel'
            end
            local is_dirty, dirty_at = job[DIRTY] >= 0, job[DIRTY_AT]
            local charge = charges[queue_of(job).name]
            if not charge then
                charge = {}
                charges[queue_of(job).name] = charge
            end
            charge[job[ORGANIZATION]] = (charge[job[ORGANIZATION]] or 0) + math.max(0, now - job[CLAIMED])
            if job[GATE_NAMES] ~= '' then
                for gate in string.gmatch(job[GATE_NAMES], '[^\n]+') do freed[gate] = (freed[gate] or 0) + 1 end
            end
            end_run(resource, job, holders[number])
            count(job[QUEUE], outcome, 1)
            if outcome ~= 'retry' and outcome ~= 'crash' then job[ERROR_CODE], job[ERROR_TEXT] = '', '' end
            if outcome == 'crash' then
                job[CRASHES], job[SUSPECT] = job[CRASHES] + 1, 1
            elseif outcome ~= 'release' then
                -- Given back, it proved nothing.
                job[CRASHES], job[SUSPECT] = 0, 0
            end
            if is_dirty then job[PRIORITY] = math.min(job[PRIORITY], job[DIRTY]) end
            if outcome == 'retry' or outcome == 'crash' then
                -- The retry is the one more run; a wish made during a run that failed does not shorten its backoff.
                job[ERROR_CODE], job[ERROR_TEXT] = ARGV[at + 4], ARGV[at + 5]
                schedule(resource, job, now + value)
                result = 2
            elseif outcome == 'release' then
                job[ATTEMPT] = job[ATTEMPT] - 1
                make_ready(resource, job)
                result = 2
            elseif outcome == 'throttle' then
                job[ATTEMPT] = job[ATTEMPT] - 1
                park(resource, job, gate(ARGV[at + 4]))
                result = 2
            elseif outcome == 'again' then
                job[ATTEMPT] = 0
                schedule(resource, job, is_dirty and math.min(dirty_at, value) or value)
                result = 2
            elseif is_dirty then
                job[ATTEMPT], job[PRIORITY] = 0, job[DIRTY]
                schedule(resource, job, dirty_at)
                result = 2
            else
                forget(resource)
            end
        end
        results[number] = result
    end
    flush()
    for name, charge in pairs(charges) do
        for organization, ms in pairs(charge) do
            if ms > 0 then redis.call('ZADD', QUEUES[name].turns, 'XX', 'INCR', ms, organization) end
        end
    end
    refill(freed)
    return results
end
