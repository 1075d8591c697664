import { LRUCache } from 'lru-cache';
import {
  everySession,
  type KnownRevocations,
  noRevocations,
  type PresentedToken,
  type Revocation,
} from './revocation.ts';

/** Revocations made by this process. */
export interface LocalRevocations {
  add(revocation: Revocation): void;
  of(token: PresentedToken): KnownRevocations;
}

/** Upper bound for sessions and for users. The oldest entries are evicted; by then they have been written to Redis. */
const maxRemembered = 10_000;

export function createLocalRevocations(): LocalRevocations {
  const sessions = new LRUCache<string, true>({ max: maxRemembered });
  const users = new LRUCache<string, Map<string, number>>({ max: maxRemembered });
  return {
    add(revocation) {
      if ('sessionId' in revocation) {
        sessions.set(revocation.sessionId, true);
        return;
      }
      const { userId, at, exceptSession = everySession } = revocation;
      users.set(userId, new Map(users.get(userId)).set(exceptSession, at));
    },
    of({ userId, sessionId }) {
      const session = sessionId !== undefined && sessions.has(sessionId);
      const ofUser = users.get(userId);
      return session || ofUser ? { session, ofUser: ofUser ?? noRevocations.ofUser } : noRevocations;
    },
  };
}
