-- Prelude of admit, settle and expire: what a call holds between admission and settlement, and how it is released.
-- scripts.ts defines the arguments, and counters.ts the numbers of the counters with spentKeys, counterScopes and
-- counterPeriods. Amounts are nano-dollars. Lua's numbers are doubles, exact up to 2^53: nine million dollars a period.

local leases, platformHeld = base .. 'leases', base .. 'held:p'

-- The value of a single flight: whether it has followers, then the leader's lease. Briefly after its end it may state instead
-- that the answer is in a separate cache, or that the answer cannot be shared and each follower must make its own call.
local marks = { unwatched = '0', watched = '1', finished = '+', alone = '-' }

local function leaseOf(userId, callId)
  return userId .. '/' .. callId
end

local function heldKey(userId)
  return base .. 'held:u:' .. userId
end

local function flightKey(cacheKey)
  return base .. 'flight:' .. cacheKey
end

-- The record of a call, and the total reservations of its user.
local function heldBy(userId, callId)
  local found = redis.call('HMGET', heldKey(userId), callId, 'total')
  return found[1], tonumber(found[2] or 0)
end

-- Reserved amounts of calls in flight by counter number, of any period.
local function heldBeside(ofUser, ofPlatform)
  local held = {}
  for number, scope in ipairs(counterScopes) do
    held[number] = scope == 'user' and ofUser or tonumber(ofPlatform or 0)
  end
  return held
end

-- Stores what a call holds. `call` has reserved, hour, lostRow, flight, claim, budgets, limits and thresholds. `ofUser` is the
-- total of the user's other reservations.
local function hold(userId, callId, call, leaseEnd, ofUser)
  local total = string.format('%.0f', ofUser + tonumber(call.reserved))
  redis.call('HSET', heldKey(userId), callId, cmsgpack.pack(call), 'total', total)
  redis.call('INCRBY', platformHeld, call.reserved)
  redis.call('ZADD', leases, leaseEnd, leaseOf(userId, callId))
end

-- Releases the reservation and returns the user's remaining total. Deletes the key if nothing remains.
local function release(userId, callId, call)
  local held = heldKey(userId)
  redis.call('HDEL', held, callId)
  local ofUser = redis.call('HINCRBY', held, 'total', 0 - tonumber(call.reserved))
  if redis.call('HLEN', held) == 1 then
    redis.call('DEL', held)
    ofUser = 0
  end
  if redis.call('DECRBY', platformHeld, call.reserved) == 0 then redis.call('DEL', platformHeld) end
  redis.call('ZREM', leases, leaseOf(userId, callId))
  return ofUser
end

local restOfTime = { hour = ':00:00.000Z', day = 'T00:00:00.000Z', month = '-01T00:00:00.000Z' }

-- Raises an alert once per period when a threshold is reached. The marker outlives the period; its id makes the alert unique.
local function alert(number, spentKey, spent, threshold, level, userId, time)
  local period, scope = counterPeriods[number], counterScopes[number]
  local start = string.match(spentKey, '[^:]*$') .. restOfTime[period]
  local id = table.concat({ scope, scope == 'user' and userId or '-', period, start, level }, ':')
  if not redis.call('SET', base .. 'alerted:' .. id, 1, 'NX', 'EX', 35 * 86400) then return end
  local fact = {
    id = id, scope = scope, period = period, periodStart = start, level = level,
    thresholdNanos = threshold, actualNanos = string.format('%.0f', spent), createdAt = time,
  }
  if scope == 'user' then fact.userId = userId end
  redis.call('XADD', alertStream, '*', 'fact', cjson.encode(fact))
end

-- Each counter's lowest threshold comes first: most calls reach none and need not check the others.
local function anyReached(spent, thresholds)
  local least = { string.match(thresholds, '^(%d+) (%d+) (%d+) (%d+) (%d+)|') }
  for number, nanos in ipairs(least) do
    if spent[number] and tonumber(spent[number]) >= tonumber(nanos) then return true end
  end
  return false
end

-- Adds a cost to the existing counters. An absent counter is not created: seeding from ledger and journal will include this
-- cost, and a seeding in progress is notified. Returns the spent amounts.
local function spend(userId, call, cost, time)
  local names = spentKeys(userId, call.hour)
  local spent = redis.call('MGET', unpack(names))
  for number, name in ipairs(names) do
    if spent[number] then
      spent[number] = redis.call('INCRBY', name, cost)
    elseif cost ~= '0' then
      for _, seeder in ipairs(redis.call('HKEYS', name .. ':seeding')) do
        redis.call('HINCRBY', name .. ':seeding', seeder, cost)
      end
    end
  end
  if not anyReached(spent, call.thresholds) then return spent end
  for number, threshold, level in string.gmatch(call.thresholds, '(%d) (%d+) (%a+)') do
    number = tonumber(number)
    local reached = spent[number] and tonumber(spent[number]) >= tonumber(threshold)
    if reached then alert(number, names[number], spent[number], threshold, level, userId, time) end
  end
  return spent
end

-- Finishes the single flight that this call leads, and wakes its followers. `mark`: the value that later requests find.
local function finish(call, lease, mark, markMs)
  if call.flight == '' then return end
  local key = flightKey(call.flight)
  local value = redis.call('GET', key)
  if not value or string.sub(value, 2) ~= lease then return end
  if mark then redis.call('SET', key, mark, 'PX', markMs) else redis.call('DEL', key) end
  if string.sub(value, 1, 1) == marks.watched then redis.call('PUBLISH', base .. 'finished', call.flight) end
end

-- Returns whether the idempotency key is still claimed by this call.
local function claims(call, lease)
  return call.claim ~= '' and redis.call('HGET', call.claim, 'call') == lease
end
