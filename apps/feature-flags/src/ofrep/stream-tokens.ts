import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const dayMs = 24 * 60 * 60_000;

/** Tokens for the addresses of event streams, because a browser's EventSource cannot send credentials. */
export interface StreamTokens {
  /** Returns the token of today, which is the same all day, so that equal evaluations have equal responses. */
  current(): string;
  /** Returns true for the token of today or yesterday. */
  isValid(token: string): boolean;
}

/** Derives tokens from a secret that all replicas share. */
export function createStreamTokens(secret: string, now: () => number): StreamTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'ofrep event stream', 32));
  const today = () => Math.floor(now() / dayMs);
  const tokenOf = (day: number) => createHmac('sha256', key).update(String(day)).digest('base64url');
  return {
    current: () => tokenOf(today()),
    isValid: (token) => [today(), today() - 1].some((day) => areEqual(token, tokenOf(day))),
  };
}

function areEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
