import type { Api } from './api.ts';
import type { Check } from './checks.ts';

/** What every journey works with. */
export interface Smoke {
  readonly api: Api;
  readonly check: Check;
}
