-- Stores an answer in a separate cache. Returns 1 if it was stored.

local entry = { key = key, value = value, model = model, ttlMs = ttlMs }
return { storeEntry(entry, maxBytes, maxEntryBytes, now) and 1 or 0 }
