import { checkMailServer } from '@valuecanvas/mail';
import type { Check } from '../check.ts';
import { type Configuration, servicesByValue } from '../configurations.ts';

/** Checks the mail servers, without sending a mail. */
export function mailChecks(configurations: readonly Configuration[]): Check[] {
  return servicesByValue(configurations, 'SMTP_URL').map(({ value }) => ({
    what: 'Mail server',
    todo: 'Check SMTP_URL: host, port, user, password and smtp:// or smtps://.',
    async run() {
      await checkMailServer(value);
      return `${new URL(value).host} accepts the login`;
    },
  }));
}
