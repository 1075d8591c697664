import { LRUCache } from 'lru-cache';
import {
  everySession,
  type FoundMarks,
  noMarks,
  type SessionMark,
  type ShownToken,
} from './session-verdict.ts';

/** Revocations made by this process. */
export interface OwnMarks {
  add(mark: SessionMark): void;
  of(shown: ShownToken): FoundMarks;
}

/** Upper bound for sessions and for users. The oldest entries are evicted; by then they have been written to Redis. */
const maxRemembered = 10_000;

export function createOwnMarks(): OwnMarks {
  const sessions = new LRUCache<string, true>({ max: maxRemembered });
  const users = new LRUCache<string, Map<string, number>>({ max: maxRemembered });
  return {
    add(mark) {
      if ('sessionId' in mark) {
        sessions.set(mark.sessionId, true);
        return;
      }
      const { userId, at, exceptSession = everySession } = mark;
      users.set(userId, new Map(users.get(userId)).set(exceptSession, at));
    },
    of({ userId, sessionId }) {
      const session = sessionId !== undefined && sessions.has(sessionId);
      const ofUser = users.get(userId);
      return session || ofUser ? { session, ofUser: ofUser ?? noMarks.ofUser } : noMarks;
    },
  };
}
