-- Settles calls whose process died: journals the row written ahead, with the whole reservation as its cost.

local function expire(lease)
  local userId, callId = string.match(lease, '^(.*)/([^/]*)$')
  local record = heldBy(userId, callId)
  if not record then return redis.call('ZREM', leases, lease) end
  local call = cmsgpack.unpack(record)
  redis.call('XADD', usageStream, '*', 'fact', call.lostRow)
  spend(userId, call, call.reserved, time)
  release(userId, callId, call)
  finish(call, lease)
  if claims(call, lease) then redis.call('DEL', call.claim) end
end

local overdue = redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, maxCalls)
for _, lease in ipairs(overdue) do expire(lease) end
return { #overdue }
