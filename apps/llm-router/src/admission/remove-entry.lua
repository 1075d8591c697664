-- Removes an answer from a separate cache.

dropEarlier(key)
return {}
