import type { Lifecycle, Logger } from '@valuecanvas/service-kit';
import type { AuthSessionsStore } from './auth-sessions.store.ts';

const hourMs = 60 * 60 * 1_000;

/** Forgets sessions, with their refresh tokens, that have not been used for a month: at once and every hour. */
export function forgetOldSessions(options: {
  readonly sessions: Pick<AuthSessionsStore, 'forget'>;
  readonly lifecycle: Lifecycle;
  readonly log: Logger;
  readonly now: () => number;
}): void {
  const { sessions, log, now } = options;
  const forget = (): void => {
    sessions.forget(new Date(now())).catch((err: unknown) => {
      log.warn({ err }, 'old sessions could not be forgotten; tried again in an hour');
    });
  };
  forget();
  const timer = setInterval(forget, hourMs).unref();
  options.lifecycle.onStop('intake', 'forgetting old sessions', () => clearInterval(timer));
}
