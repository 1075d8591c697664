import { type ClosedBreakers, resetBreakers } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';

/** `reset` closes the breakers of all replicas and returns those that were not closed. */
export const resetBreakersRoute = (reset: () => Promise<ClosedBreakers['closed']>) =>
  serve(resetBreakers, async ({ principal, log }) => {
    const closed = await reset();
    log.info({ admin: principal.userId, closed }, 'an admin has closed the breakers');
    return { closed };
  });
