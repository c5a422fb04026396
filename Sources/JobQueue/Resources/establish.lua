-- Sets the shard's epoch; the higher one wins. Runs without the prelude, whose check it makes possible.
--
-- KEYS  1 epoch of the prelude
-- ARGV  1 the epoch, a positive integer in decimal
-- Returns 1 if the epoch is now the given one; the error EPOCH, having done nothing, if a higher one is set.
--
-- Invariants: the epoch never falls. Jobs, if there are any, stay; tokens of an older epoch stay good for the jobs that
-- they were given out for.
local found = redis.call('GET', KEYS[1])
if found and tonumber(found) > tonumber(ARGV[1]) then
    return redis.error_reply('EPOCH a higher epoch is established')
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
