-- Removes some cached answers, of one model or of all, and returns how many: 0 where none is left.

local model, most = ARGV[2], tonumber(ARGV[3])
local keys
if model == '' then
  keys = redis.call('ZRANGE', expiryKey, 0, most - 1)
else
  keys = redis.call('SRANDMEMBER', modelKey .. model, most)
end
local removed = 0
for _, key in ipairs(keys) do removed = removed + dropEntry(key) end
return { removed }
