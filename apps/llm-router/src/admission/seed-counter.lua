-- Creates a spent counter, unless costs were settled while the sum was computed: the sum may or may not include them. It then
-- returns 0, and the sum must be computed again. After enough attempts (`isFinal`) these costs are added to the sum, which may
-- count some twice but never omits one.

local seeding = counter .. ':seeding'

if redis.call('EXISTS', counter) == 1 then
  redis.call('HDEL', seeding, seeder)
  return { 1 }
end
local meanwhile = redis.call('HGET', seeding, seeder)
if not meanwhile or (meanwhile ~= '0' and isFinal ~= '1') then
  redis.call('HSET', seeding, seeder, 0)
  redis.call('PEXPIRE', seeding, 60000)
  return { 0 }
end
redis.call('SET', counter, sum, 'PX', ttlMs)
redis.call('INCRBY', counter, meanwhile)
redis.call('DEL', seeding)
return { 1 }
