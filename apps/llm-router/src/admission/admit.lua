-- Admits one call, or returns the reason for refusing it. Counts and reserves nothing unless it returns 'admitted'. A command
-- that is repeated because its reply was lost changes nothing more.

local lease = leaseOf(userId, callId)

-- Lifetime of a counter created ahead of its period, by the counter's number: the period plus some days.
local day = 86400
local keptSeconds = { 5 * day, 35 * day, 5 * day, 5 * day, 35 * day }

local budgets, limits = {}, {}
local firstLimit = firstUnnamed + 2 * tonumber(budgetCount)
for at = firstUnnamed, firstLimit - 1, 2 do
  budgets[#budgets + 1] = { number = tonumber(ARGV[at]), limit = ARGV[at + 1] }
end
for at = firstLimit, #ARGV, 5 do
  limits[#limits + 1] = {
    key = ARGV[at], limit = tonumber(ARGV[at + 1]), amount = ARGV[at + 2], windowMs = ARGV[at + 3], unit = ARGV[at + 4],
  }
end

-- Returns the earlier use of the idempotency key. Expiring the claim of a dead process is left to expire.lua, which is
-- careful: an expired lease may only mean that Redis was unavailable.
local function earlierUse()
  if claimKey == '' then return nil end
  local body, answer, call, countsUntil = unpack(redis.call('HMGET', claimKey, 'body', 'answer', 'call', 'until'))
  if not body or (not answer and call == lease) then return nil end
  local running = not answer and (redis.call('ZSCORE', leases, call) or tonumber(countsUntil) > tonumber(now))
  if not answer and not running then return nil end
  if body ~= bodyHash then return { 'mismatch' } end
  return answer and { 'replay', answer } or { 'in_flight' }
end

-- `countsUntil`: the expiry of a claim without a lease.
local function claim(countsUntil)
  if claimKey == '' then return end
  redis.call('DEL', claimKey)
  redis.call('HSET', claimKey, 'body', bodyHash, 'call', lease, 'until', countsUntil)
  redis.call('PEXPIRE', claimKey, claimMs)
end

local function journalIsFull()
  return redis.call('XLEN', usageStream) >= tonumber(maxFacts)
end

local function hit()
  local entry = cacheMode == 'inline' and findEntry(cacheKey, now)
  if not entry and cacheMode ~= 'hit' then return nil end
  if journalIsFull() then return { 'journal_full' } end
  redis.call('XADD', usageStream, '*', 'fact', hitRow)
  claim(leaseEnd)
  return entry and { 'cached', entry.value, entry.storedAt } or { 'cached' }
end

-- Reads everything that the decision needs in one command.
local function readState()
  local names = spentKeys(userId, hour)
  names[6] = platformHeld
  names[7] = flightKey(cacheKey)
  for number, limit in ipairs(limits) do names[7 + number] = limit.key end
  local found = redis.call('MGET', unpack(names))
  local counts = {}
  for number in ipairs(limits) do counts[number] = tonumber(found[7 + number] or 0) end
  return { spent = found, heldByAll = found[6], flight = found[7], counts = counts }
end

-- Returns 'lead', 'alone', or an answer for the caller.
local function joinOrLead(flight)
  if cacheMode == 'none' then return 'alone' end
  if not flight then return 'lead' end
  if flight == marks.alone then return 'alone' end
  if flight == marks.finished then return cacheMode == 'miss' and { 'finished' } or 'lead' end
  if not redis.call('ZSCORE', leases, string.sub(flight, 2)) then return 'lead' end
  -- A no-cache request must not reuse another call's answer.
  if cacheMode == 'store_only' then return 'alone' end
  redis.call('SETRANGE', flightKey(cacheKey), 0, marks.watched)
  return { 'wait' }
end

-- Returns the numbers of all exhausted limits: the caller waits for the last one.
local function limited(counts)
  local answer = { 'limited' }
  for number, limit in ipairs(limits) do
    if counts[number] + tonumber(limit.amount) > limit.limit then answer[#answer + 1] = number end
  end
  return answer[2] and answer
end

-- Returns the exhausted budgets with their spent and reserved amounts, or the counters that must be seeded first.
local function overBudget(spent, held)
  local answer, absent = { 'over_budget' }, ''
  for at, budget in ipairs(budgets) do
    if not spent[budget.number] then
      absent = absent .. budget.number
    else
      local taken = tonumber(spent[budget.number]) + held[budget.number]
      if taken + tonumber(reserved) > tonumber(budget.limit) then
        answer[#answer + 1] = at
        answer[#answer + 1] = taken
      end
    end
  end
  if absent ~= '' then return { 'absent', absent } end
  return answer[2] and answer
end

-- Creates the counters of the coming period, whose spending is still zero, so that they need no seeding later.
local function makeAhead()
  if nextHour == '' then return end
  local current = spentKeys(userId, hour)
  for number, name in ipairs(spentKeys(userId, nextHour)) do
    if name ~= current[number] then redis.call('SET', name, 0, 'NX', 'EX', keptSeconds[number]) end
  end
end

local function count(limit)
  local total = redis.call('INCRBY', limit.key, limit.amount)
  if total == tonumber(limit.amount) then redis.call('PEXPIRE', limit.key, limit.windowMs) end
  return total
end

-- The limits as stored in the call record, flattened.
local function counted()
  local kept = {}
  for _, limit in ipairs(limits) do
    kept[#kept + 1] = limit.key
    kept[#kept + 1] = limit.amount
    kept[#kept + 1] = limit.unit
  end
  return kept
end

local function absentOf(spent)
  local absent = ''
  for number = 1, 5 do
    if not spent[number] then absent = absent .. number end
  end
  return absent
end

local function commit(leads, spent, ofUser)
  hold(userId, callId, {
    reserved = reserved, hour = hour, lostRow = lostRow, flight = leads and cacheKey or '', claim = claimKey,
    budgets = budgets, limits = counted(), thresholds = thresholds,
  }, leaseEnd, ofUser)
  -- The caller has rejected the stored answer, whether or not there will be another.
  if cacheMode == 'store_only' then dropEarlier(cacheKey) end
  if leads then redis.call('SET', flightKey(cacheKey), marks.unwatched .. lease, 'PX', claimMs) end
  claim(0)
  makeAhead()
  local answer = { 'admitted', absentOf(spent) }
  for _, limit in ipairs(limits) do answer[#answer + 1] = count(limit) end
  return answer
end

local record, ofUser = heldBy(userId, callId)
if record then
  local answer = { 'admitted', '' }
  for _, total in ipairs(readState().counts) do answer[#answer + 1] = total end
  return answer
end
local early = earlierUse() or (storedAnswerOnly == '1' and { 'unanswered' }) or hit()
if early then return early end
local state = readState()
local role = joinOrLead(state.flight)
if type(role) == 'table' then return role end
if journalIsFull() then return { 'journal_full' } end
return limited(state.counts)
  or overBudget(state.spent, heldBeside(ofUser, state.heldByAll))
  or commit(role == 'lead', state.spent, ofUser)
