-- Sets a counter if it is unchanged since the comparison and no call is in flight that will change it.

local counter, held, seen, wanted = KEYS[1], KEYS[2], ARGV[1], ARGV[2]

if redis.call('EXISTS', held) == 1 then return 'busy' end
if redis.call('GET', counter) ~= seen then return 'changed' end
redis.call('SET', counter, wanted, 'KEEPTTL')
return 'repaired'
