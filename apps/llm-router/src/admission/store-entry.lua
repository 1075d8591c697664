-- Stores a cached answer where the cache has a Redis of its own. 1 where it is kept.

local entry = { key = ARGV[3], value = ARGV[4], model = ARGV[5], ttlMs = ARGV[6] }
return { storeEntry(entry, ARGV[7], ARGV[8], ARGV[2]) and 1 or 0 }
