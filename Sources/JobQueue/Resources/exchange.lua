-- Ends runs of jobs and takes new ones in their stead, in one call.
--
-- KEYS  as in the prelude
-- ARGV  4 how many to take at most; 5 length of a lease in ms; 6 how many due jobs to make ready before; 7 the worker's
--       name; 8 how many queues to take from; then their names; then six values a run, as finishing.lua says
-- Returns {results of the finishes, then the three parts that claiming.lua says}.
local names = {}
for at = 9, 8 + tonumber(ARGV[8]) do names[#names + 1] = ARGV[at] end
local results = finish(9 + #names, #ARGV)
local claimed = claim(tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], names)
announce()
return {results, claimed[1], claimed[2], claimed[3]}
