import type { Check } from '../check.ts';
import { type Configuration, servicesByValue, textOf } from '../configurations.ts';
import { request } from './request.ts';

/** Checks Supabase Auth, where it stores the accounts. */
export function supabaseChecks(configurations: readonly Configuration[]): Check[] {
  return servicesByValue(configurations, 'SUPABASE_URL').map(({ value, configurations: [first] }) => ({
    what: 'Supabase Auth',
    todo: 'Check SUPABASE_URL, DNS and the firewall.',
    async run(signal) {
      const apikey = (first && textOf(first, 'SUPABASE_ANON_KEY')) ?? '';
      await request(
        `${value.replace(/\/$/, '')}/auth/v1/settings`,
        { headers: { apikey }, signal },
        {
          unauthorized: 'The key is not accepted. Check SUPABASE_ANON_KEY.',
          other: 'Check SUPABASE_URL, and that the project is not paused.',
        },
      );
      return `${new URL(value).host} accepts the key`;
    },
  }));
}
