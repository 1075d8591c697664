-- Head of every script that touches cached answers. What is kept is counted in bytes and never exceeds the cap: who stores
-- removes expired entries first, then those that would expire soonest.

local cacheBase = ARGV[1] .. 'cache:'
local entryKey, modelKey = cacheBase .. 'entry:', cacheBase .. 'model:'
local expiryKey, sizesKey, bytesKey = cacheBase .. 'expiry', cacheBase .. 'sizes', cacheBase .. 'bytes'

-- What an entry's keys, fields and places in the indexes take, measured with MEMORY USAGE and rounded up.
local overhead = 1024

-- Most entries that one script removes: more would keep everybody else waiting.
local mostRemoved = 1000

local function findEntry(key, time)
  local entry = redis.call('HMGET', entryKey .. key, 'value', 'storedAt', 'until')
  if not entry[1] or tonumber(entry[3]) <= tonumber(time) then return nil end
  return { value = entry[1], storedAt = entry[2] }
end

local function dropEntry(key)
  local size = redis.call('HGET', sizesKey, key)
  redis.call('ZREM', expiryKey, key)
  if not size then return 0 end
  local bytes, model = string.match(size, '^(%d+) (.*)$')
  redis.call('UNLINK', entryKey .. key)
  redis.call('HDEL', sizesKey, key)
  redis.call('SREM', modelKey .. model, key)
  redis.call('DECRBY', bytesKey, bytes)
  return 1
end

local function dropSoonest(expiredAt)
  local soonest = redis.call('ZRANGE', expiryKey, 0, 0, 'WITHSCORES')
  if not soonest[1] or (expiredAt and tonumber(soonest[2]) > tonumber(expiredAt)) then return false end
  dropEntry(soonest[1])
  return true
end

-- Whether there is room for so many bytes, or could be made.
local function makeRoom(size, maxBytes, time)
  local removed = 0
  while removed < mostRemoved and dropSoonest(time) do removed = removed + 1 end
  while tonumber(redis.call('GET', bytesKey) or 0) + size > maxBytes do
    if removed >= mostRemoved or not dropSoonest() then return false end
    removed = removed + 1
  end
  return true
end

-- Whether the answer is kept now; one that is larger than an entry may be is not.
local function storeEntry(entry, maxBytes, maxEntryBytes, time)
  local size = #entry.value + overhead
  if #entry.value > tonumber(maxEntryBytes) or size > tonumber(maxBytes) then return false end
  dropEntry(entry.key)
  if not makeRoom(size, tonumber(maxBytes), time) then return false end
  local expiresAt = tonumber(time) + tonumber(entry.ttlMs)
  redis.call('HSET', entryKey .. entry.key, 'value', entry.value, 'storedAt', time, 'until', expiresAt)
  redis.call('ZADD', expiryKey, expiresAt, entry.key)
  redis.call('HSET', sizesKey, entry.key, size .. ' ' .. entry.model)
  redis.call('SADD', modelKey .. entry.model, entry.key)
  redis.call('INCRBY', bytesKey, size)
  return true
end
