-- Prelude of every script that accesses cached answers. The size in bytes never exceeds the cap: storing an entry first
-- removes expired entries, then those that expire soonest.
--
-- An entry is one string: a line with its time of storage, expiry, size and model; then the answer. Its index member has
-- what removal needs: size, key, model.

local cacheBase = base .. 'cache:'
local entryPrefix, expiryKey, bytesKey = cacheBase .. 'entry:', cacheBase .. 'expiry', cacheBase .. 'bytes'

-- Overhead of an entry's key and index member, measured with MEMORY USAGE and rounded up.
local overhead = 1024

-- Maximum number of entries that one script removes: more would delay other commands.
local mostRemoved = 1000

-- Longer than any header line.
local headBytes = 512

local function memberOf(size, key, model)
  return size .. ' ' .. key .. ' ' .. model
end

local function findEntry(key, time)
  local entry = redis.call('GET', entryPrefix .. key)
  if not entry then return nil end
  local head = string.find(entry, '\n', 1, true)
  local storedAt, countsUntil = string.match(entry, '^(%d+) (%d+)')
  if tonumber(countsUntil) <= tonumber(time) then return nil end
  return { value = string.sub(entry, head + 1), storedAt = storedAt }
end

local function dropMember(member)
  local size, key = string.match(member, '^(%d+) (%S+)')
  redis.call('ZREM', expiryKey, member)
  redis.call('UNLINK', entryPrefix .. key)
  redis.call('DECRBY', bytesKey, size)
end

local function dropSoonest(expiredAt)
  local soonest = redis.call('ZRANGE', expiryKey, 0, 0, 'WITHSCORES')
  if not soonest[1] or (expiredAt and tonumber(soonest[2]) > tonumber(expiredAt)) then return false end
  dropMember(soonest[1])
  return true
end

local function dropEarlier(key)
  local head = redis.call('GETRANGE', entryPrefix .. key, 0, headBytes)
  local size, model = string.match(head, '^%d+ %d+ (%d+) ([^\n]*)\n')
  if size then dropMember(memberOf(size, key, model)) end
end

-- Accounts for the bytes if they fit, evicting entries if necessary.
local function takeRoom(size, maxBytes, time)
  local removed = 0
  while removed < mostRemoved and dropSoonest(time) do removed = removed + 1 end
  local total = redis.call('INCRBY', bytesKey, size)
  while total > maxBytes do
    if removed >= mostRemoved or not dropSoonest() then
      redis.call('DECRBY', bytesKey, size)
      return false
    end
    removed = removed + 1
    total = tonumber(redis.call('GET', bytesKey))
  end
  return true
end

-- Returns whether the answer was stored; it is not if it exceeds the maximum entry size.
local function storeEntry(entry, maxBytes, maxEntryBytes, time)
  local size = #entry.value + overhead
  if #entry.value > tonumber(maxEntryBytes) or size > tonumber(maxBytes) then return false end
  dropEarlier(entry.key)
  if not takeRoom(size, tonumber(maxBytes), time) then return false end
  local expiresAt = string.format('%d', tonumber(time) + tonumber(entry.ttlMs))
  local head = time .. ' ' .. expiresAt .. ' ' .. size .. ' ' .. entry.model .. '\n'
  redis.call('SET', entryPrefix .. entry.key, head .. entry.value)
  redis.call('ZADD', expiryKey, expiresAt, memberOf(size, entry.key, entry.model))
  return true
end
