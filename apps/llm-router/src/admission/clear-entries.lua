-- Removes cached answers of one model, or all, in one cursor step. Returns their number and the next cursor.

local found = redis.call('ZSCAN', expiryKey, cursor, 'COUNT', maxEntries)
local removed = 0
for at = 1, #found[2], 2 do
  local member = found[2][at]
  local ofModel = string.match(member, '^%d+ %S+ (.*)$')
  if model == '' or ofModel == model then
    dropMember(member)
    removed = removed + 1
  end
end
return { removed, found[1] }
