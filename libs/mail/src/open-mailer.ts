import { type RetryPolicy, retry } from '@valuecanvas/resilience';
import { createTransport } from 'nodemailer';

/** A mail in plain text. */
export interface Mail {
  /** Address of the recipient. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends mails over SMTP. */
export interface Mailer {
  /**
   * Resolves once the server has accepted the mail. Repeats attempts that failed in the network or with a temporary
   * refusal (4xx) for up to a minute, unless the signal aborts. Rejects with the last error.
   */
  send(mail: Mail, signal?: AbortSignal): Promise<void>;
}

/** Time limits for connecting, for the greeting and for each pause of the server. */
const timeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 };

const retryDelaysMs = [1_000, 5_000, 20_000];

/** Opens the mailer of a service. Returns undefined if SMTP_URL is not set. */
export function openMailer(
  config: { readonly SMTP_URL?: string | undefined; readonly EMAIL_FROM?: string | undefined },
  delaysMs: readonly number[] = retryDelaysMs,
): Mailer | undefined {
  const { SMTP_URL: url, EMAIL_FROM: from } = config;
  if (url === undefined) return undefined;
  const transport = createTransport(transportTo(url), { from });
  const policy: RetryPolicy = { delaysMs, jitter: 0.5, isRetryable };
  return {
    async send({ to, subject, text }, signal) {
      // An address as an object is one recipient, whatever characters it contains.
      const mail = { to: { name: '', address: to }, subject, text };
      await retry(() => transport.sendMail(mail), policy, { signal });
    },
  };
}

/** Connects to a mail server and logs in, without sending a mail. Rejects if that fails. */
export async function checkMailServer(url: string): Promise<void> {
  await createTransport(transportTo(url)).verify();
}

const transportTo = (url: string) => ({
  url,
  ...timeouts,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** The server's final refusals have status 5xx. Failures of the network have no status. */
function isRetryable(error: unknown): boolean {
  const { responseCode = 0, code } = error as { readonly responseCode?: number; readonly code?: string };
  return responseCode < 500 && code !== 'EAUTH';
}
