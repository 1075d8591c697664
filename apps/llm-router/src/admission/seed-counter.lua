-- Creates a spent counter, unless costs were settled while the sum was computed: the sum may or may not include them. It then
-- returns 0, and the sum must be computed again. After enough attempts (`final`) these costs are added to the sum, which may
-- count some twice but never omits one.

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
