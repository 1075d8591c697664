import { createSemaphore } from '@valuecanvas/resilience';
import { hashArgon2, matchesArgon2 } from './argon2-hash.ts';

/** Hashes and checks passwords. Throws QueueFullError, which clients get as OVERLOADED, if too many are waiting. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Returns false if `hash` is absent, after the same time as a comparison. */
  matches(password: string, hash: string | null | undefined): Promise<boolean>;
}

/** Two of libuv's four threads, so that the other two stay free for other work. */
const concurrency = 2;

/** About one second of work: a later caller would wait too long. */
const maxQueued = 50;

export async function createPasswordHasher(): Promise<PasswordHasher> {
  const semaphore = createSemaphore({ concurrency, maxQueued });
  const dummyHash = await hashArgon2('');
  return {
    hash: (password) => semaphore.run(() => hashArgon2(password)),
    matches: (password, hash) =>
      semaphore.run(async () => {
        const matches = await matchesArgon2(password, hash ?? dummyHash);
        return matches && Boolean(hash);
      }),
  };
}
