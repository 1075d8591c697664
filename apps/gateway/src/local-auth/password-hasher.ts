import { createWorkLimit } from '../bounded-work/work-limit.ts';
import { hashArgon2, matchesArgon2 } from './argon2-hash.ts';

/** Hashes and checks passwords; throws OVERLOADED where too many wait. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** False without a hash to compare with, after the same time. */
  matches(password: string, hash: string | null | undefined): Promise<boolean>;
}

/** Two of libuv's four threads: the others keep answering while passwords are hashed. */
const concurrency = 2;

/** About a second's worth: whoever comes later would wait too long. */
const waiting = 50;

export async function createPasswordHasher(): Promise<PasswordHasher> {
  const limited = createWorkLimit({ concurrency, waiting });
  const hashOfNobody = await hashArgon2('');
  return {
    hash: (password) => limited(() => hashArgon2(password)),
    matches: (password, hash) =>
      limited(async () => {
        const matches = await matchesArgon2(password, hash ?? hashOfNobody);
        return matches && Boolean(hash);
      }),
  };
}
