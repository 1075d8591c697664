import type { JWK } from 'jose';
import type { Check } from '../report.ts';
import type { Operation } from './operations.ts';
import type { Person } from './people.ts';
import type { Target } from './target.ts';

/** Private keys of the attacked platform, known only for a local one. They allow forgeries with a valid signature. */
export interface PlatformKeys {
  /** Private key of access tokens. */
  readonly access: JWK;
  /** PEM of the private key with which the gateway signs internal tokens. */
  readonly internal: string;
}

export interface Platform {
  /** The platform's origin. */
  readonly url: string;
  readonly keys: PlatformKeys | undefined;
}

/** The context of every attack. */
export interface Attack {
  readonly target: Target;
  readonly check: Check;
  readonly keys: PlatformKeys | undefined;
  /** All routes of the platform's OpenAPI document. */
  readonly operations: readonly Operation[];
  /** Two unrelated users. */
  readonly alice: Person;
  readonly bob: Person;
}
