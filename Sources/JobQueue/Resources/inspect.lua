-- Shows jobs: one, or a page of those that pass a filter. Reads only.
--
-- KEYS  as in the prelude
-- ARGV  4 'one' and then the resource; or 'running', the cursor ('0' at first) and about how many running jobs to show; or
--       'scan', the cursor, about how many records to look at, and what a job must have, '' for anything: queue, kind,
--       organization, state, and a text in its resource or its error
-- Returns {the next cursor or '0' after the last, jobs}; a job is {resource, id, kind, queue, organization, gates, priority,
--       since, attempt, state, member, claimed, crashes, suspect, error code, error text, worker, token or '', end of the
--       lease in ms since 1970 or 0, progress or '', 1 if it is to be cancelled}.
--
-- Work: O(log n) a record looked at. A job that changes place during a scan is shown once, or more often, never missed if
-- it was there all the time.
local function show(resource, job)
    local token, lease, progress, cancel = '', 0, '', 0
    if job[STATE] == IS_ACTIVE then
        token = redis.call('HGET', ACTIVE, resource) or ''
        lease = tonumber(redis.call('ZSCORE', queue_of(job).leases, resource) or '0')
        progress = redis.call('HGET', PROGRESS, resource) or ''
        cancel = redis.call('HGET', CONTROL, 'cancel ' .. resource) == token and 1 or 0
    end
    return {
        resource, job[ID], job[KIND], job[QUEUE], job[ORGANIZATION], job[GATE_NAMES], job[PRIORITY], job[SINCE], job[ATTEMPT],
        job[STATE], job[MEMBER], job[CLAIMED], job[CRASHES], job[SUSPECT], job[ERROR_CODE], job[ERROR_TEXT], job[WORKER],
        token, lease, progress, cancel
    }
end

if ARGV[4] == 'one' then
    local job = read(ARGV[5])
    return {'0', job and {show(ARGV[5], job)} or {}}
end

if ARGV[4] == 'running' then
    local page = redis.call('HSCAN', ACTIVE, ARGV[5], 'COUNT', tonumber(ARGV[6]))
    local resources, jobs = {}, {}
    for at = 1, #page[2], 2 do resources[#resources + 1] = page[2][at] end
    fetch(resources)
    for _, resource in ipairs(resources) do
        local job = read(resource)
        if job and job[STATE] == IS_ACTIVE then jobs[#jobs + 1] = show(resource, job) end
    end
    return {page[1], jobs}
end

local function fits(wanted, found) return wanted == '' or wanted == found end
local queue, kind, organization, state, text = ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local page = redis.call('HSCAN', JOBS, ARGV[5], 'COUNT', tonumber(ARGV[6]))
local jobs = {}
for at = 1, #page[2], 2 do
    local resource, job = page[2][at], cmsgpack.unpack(page[2][at + 1])
    if fits(queue, job[QUEUE]) and fits(kind, job[KIND]) and fits(organization, job[ORGANIZATION]) and fits(state, job[STATE])
        and (text == '' or string.find(resource, text, 1, true) or string.find(job[ERROR_TEXT], text, 1, true)
            or string.find(job[ERROR_CODE], text, 1, true)) then
        jobs[#jobs + 1] = show(resource, job)
    end
end
return {page[1], jobs}
