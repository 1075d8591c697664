-- Stores an answer in a separate cache. Returns 1 if it was stored.

local entry = { key = ARGV[3], value = ARGV[4], model = ARGV[5], ttlMs = ARGV[6] }
return { storeEntry(entry, ARGV[7], ARGV[8], ARGV[2]) and 1 or 0 }
