import { clearCache } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';

/** `clear` forgets the cached answers of one model, or all of them, and returns how many there were. */
export const clearCacheRoute = (clear: (model?: string) => Promise<number>) =>
  serve(clearCache, async ({ principal, query: { model }, log }) => {
    const removed = await clear(model);
    log.info({ admin: principal.userId, model, removed }, 'an admin has emptied the cache');
    return { removed };
  });
