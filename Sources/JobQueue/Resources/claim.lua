-- Takes jobs that are ready for one worker.
--
-- KEYS  as in the prelude
-- ARGV  4 how many at most; 5 length of a lease in ms; 6 how many due jobs to make ready before; 7 the worker's name;
--       8… names of the queues to take from, the first before the second
-- Returns what claiming.lua says.
local names = {}
for at = 8, #ARGV do names[#names + 1] = ARGV[at] end
return claim(tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], names)
