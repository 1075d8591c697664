import { digestOf } from '../random.ts';
import type { Identity } from './completion.ts';

/** 2025-01-01T00:00:00Z: derived times lie in the year after it. */
const EPOCH_SECONDS = 1_735_689_600;
const YEAR_SECONDS = 31_536_000;

/** The identity derived from a request: the same digest has the same ID and time. */
export function derivedIdentity(digest: string): Identity {
  const created = EPOCH_SECONDS + (Number.parseInt(digest.slice(-8), 16) % YEAR_SECONDS);
  return { id: `chatcmpl-${digest.slice(0, 29)}`, created, fingerprint: fingerprint(digest) };
}

/** A unique identity for the nth call, by the clock. */
export function uniqueIdentity(digest: string, sequence: number): Identity {
  const id = digestOf(digest, sequence).slice(0, 29);
  return { id: `chatcmpl-${id}`, created: Math.floor(Date.now() / 1000), fingerprint: fingerprint(digest) };
}

function fingerprint(digest: string): string {
  return `fp_${digest.slice(32, 42)}`;
}
