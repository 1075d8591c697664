-- Settles one call: journals its row, books its cost, stores its answer, and releases what it held. If repeated, or after the
-- call was settled as lost, it finds no record: the row is journaled again, which the ledger drops by its id, and no counter
-- changes.

tokens = tonumber(tokens)
local lease = leaseOf(userId, callId)

-- Corrects the counts of limits; an ended window has no counter.
local function correct(limits, goesOn)
  for at = 1, #limits, 3 do
    local key, amount, unit = limits[at], tonumber(limits[at + 1]), limits[at + 2]
    local change = 0
    if unit == 'tokens' then
      change = goesOn and tokens or tokens - amount
    elseif not (goesOn or keepRequest == '1') then
      change = -amount
    end
    if change ~= 0 and redis.call('EXISTS', key) == 1 then redis.call('INCRBY', key, change) end
  end
end

local function fits(call, spent, ofUser)
  local held = heldBeside(ofUser, redis.call('GET', platformHeld))
  for _, budget in ipairs(call.budgets) do
    local amount = spent[budget.number]
    if not amount then return false end
    local taken = tonumber(amount) + held[budget.number]
    if taken + tonumber(nextReserved) > tonumber(budget.limit) then return false end
  end
  return true
end

-- The next attempt takes over everything from the failed one except its reservation.
local function handOver(call, ofUser)
  local nextLease = leaseOf(userId, nextId)
  if claims(call, lease) then redis.call('HSET', call.claim, 'call', nextLease) end
  if call.flight ~= '' then
    local value = redis.call('GET', flightKey(call.flight))
    if value and string.sub(value, 2) == lease then
      redis.call('SET', flightKey(call.flight), string.sub(value, 1, 1) .. nextLease, 'KEEPTTL')
    end
  end
  call.reserved, call.lostRow = nextReserved, nextLostRow
  hold(userId, nextId, call, leaseEnd, ofUser)
end

local function closeClaim(call)
  if not claims(call, lease) then return end
  if hasAnswer ~= '1' then
    redis.call('DEL', call.claim)
  else
    redis.call('HSET', call.claim, 'answer', answer)
    redis.call('PEXPIRE', call.claim, answerMs)
  end
end

-- The marker that the single flight leaves behind, and its lifetime in milliseconds.
local function finishMarker()
  if cacheMode == 'separate' then return marks.finished, 5000 end
  if cacheMode == 'none' then return nil end
  local entry = { key = entryKey, value = entryValue, model = entryModel, ttlMs = entryTtlMs }
  if cacheMode == 'inline' and storeEntry(entry, maxBytes, maxEntryBytes, now) then return nil end
  return marks.alone, 10000
end

if row ~= '' then redis.call('XADD', usageStream, '*', 'fact', row) end
local mark, markMs = finishMarker()

local record = heldBy(userId, callId)
if not record then
  local wentOn = nextId ~= '' and redis.call('HEXISTS', heldKey(userId), nextId) == 1
  return { wentOn and 'continued' or 'unknown' }
end
local call = cmsgpack.unpack(record)
local spent = spend(userId, call, cost, time)
local ofUser = release(userId, callId, call)
local goesOn = nextId ~= '' and fits(call, spent, ofUser)
correct(call.limits, goesOn)
if goesOn then
  handOver(call, ofUser)
  return { 'continued' }
end
finish(call, lease, mark, markMs)
closeClaim(call)
return { nextId == '' and 'settled' or 'over_budget' }
