-- Makes a counter of what was spent, unless costs were settled while its past was being added up: those may be in the sum
-- or not. Then 0, and the sum must be made anew; a seeder that has tried often enough (`final`) takes them on top, which
-- can count some twice and never leaves one out.

local counter, seeder, sum, ttlMs, final = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local seeding = counter .. ':seeding'

if redis.call('EXISTS', counter) == 1 then
  redis.call('HDEL', seeding, seeder)
  return { 1 }
end
local meanwhile = redis.call('HGET', seeding, seeder)
if not meanwhile or (meanwhile ~= '0' and not final) then
  redis.call('HSET', seeding, seeder, 0)
  redis.call('PEXPIRE', seeding, 60000)
  return { 0 }
end
redis.call('SET', counter, sum, 'PX', ttlMs)
redis.call('INCRBY', counter, meanwhile)
redis.call('DEL', seeding)
return { 1 }
