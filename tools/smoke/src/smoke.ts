import type { Api } from './api.ts';
import type { Check } from './checks.ts';

/** The context of every journey. */
export interface Smoke {
  readonly api: Api;
  readonly check: Check;
}
