-- Takes ready jobs for one worker: organizations in turn, each one's job of the best rank.
--
-- KEYS  as in the prelude
-- ARGV  3 how many at most; 4 length of a lease in ms; 5 how many due jobs to make ready before
-- Returns {jobs, ms until the next delayed job is due or -1}; a job is {resource, token, id, kind, organization, gates,
--       priority, attempt, due since in ms since 1970}.
--
-- Invariants: a job comes to one claimer only, with a token that no other claim ever gets. A wake-up is left behind for
-- another worker if jobs stay ready, or if this worker is now full and so won't look after the delayed ones; none is
-- left if there is nothing to do. Work: `ARGV[3] + ARGV[5]` jobs, and leftovers within the same bound.
local wanted, lease = tonumber(ARGV[3]), tonumber(ARGV[4])
promote(tonumber(ARGV[5]))

local jobs = {}
local token = 0
if wanted > 0 then token = redis.call('HINCRBY', COUNTERS, 'token', wanted) - wanted end

-- A turn may find an organization without jobs, or a leftover; hence twice the wish.
for _ = 1, wanted * 2 do
    if #jobs == wanted then break end
    local first = redis.call('ZRANGE', TURNS, 0, 0, 'WITHSCORES')
    local organization, charged = first[1], first[2]
    if not organization then break end
    local from, to = '[' .. organization .. '\0', '(' .. organization .. '\1'
    local member = redis.call('ZRANGEBYLEX', READY, from, to, 'LIMIT', 0, 1)[1]
    if not member then
        redis.call('ZREM', TURNS, organization)
    else
        -- organization, NUL, 16 digits, NUL
        local resource = string.sub(member, #organization + 19)
        local job = read(resource)
        if job and job[STATE] == IS_READY and job[MEMBER] == member then
            token = token + 1
            local name = ARGV[1] .. ':' .. string.format('%d', token)
            redis.call('HSET', ACTIVE, resource, name)
            redis.call('ZADD', LEASES, now + lease, resource)
            job[STATE], job[MEMBER] = IS_ACTIVE, ''
            job[ATTEMPT], job[CLAIMED] = job[ATTEMPT] + 1, now
            job[DIRTY], job[DIRTY_AT] = -1, 0
            write(resource, job)
            jobs[#jobs + 1] = {
                resource, name, job[ID], job[KIND], organization, job[GATES], job[PRIORITY], job[ATTEMPT], job[SINCE]
            }
            -- A turn costs 1 ms now, and what the job really took when it is finished.
            redis.call('ZADD', TURNS, charged + 1, organization)
            turn = charged
        end
        redis.call('ZREM', READY, member)
    end
end

if turn then redis.call('HSET', COUNTERS, 'turn', turn) end
local due = next_due()
if redis.call('EXISTS', READY) == 1 or (due >= 0 and #jobs == wanted) then
    wake_one()
else
    redis.call('DEL', WAKE)
end
return {jobs, due}
