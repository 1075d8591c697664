import type { JWK } from 'jose';
import type { Check } from '../report.ts';
import type { Operation } from './operations.ts';
import type { Person } from './people.ts';
import type { Target } from './target.ts';

/** What only a platform of one's own tells: with it, tokens can be forged that are signed as real ones are. */
export interface PlatformKeys {
  /** Private key of access tokens. */
  readonly access: JWK;
  /** PEM of the private key with which the gateway vouches to inner services. */
  readonly internal: string;
}

export interface Platform {
  /** Origin. */
  readonly url: string;
  readonly keys: PlatformKeys | undefined;
}

/** What every attack works with. */
export interface Attack {
  readonly target: Target;
  readonly check: Check;
  readonly keys: PlatformKeys | undefined;
  /** All routes of the platform's own document. */
  readonly operations: readonly Operation[];
  /** Two users that know nothing of each other. */
  readonly alice: Person;
  readonly bob: Person;
}
