-- Stores the final answer of an idempotency key, or frees the key without one. Leaves another call's claim and an existing
-- answer unchanged.

local earlier = redis.call('HMGET', claimKey, 'call', 'answer')

if earlier[2] or (earlier[1] and earlier[1] ~= lease) then return { 0 } end
redis.call('DEL', claimKey)
if hasAnswer == '1' then
  redis.call('HSET', claimKey, 'body', bodyHash, 'call', lease, 'answer', answer)
  redis.call('PEXPIRE', claimKey, answerMs)
end
return { 1 }
