import type { Mail, Mailer } from '@valuecanvas/mail';
import { createSemaphore, QueueFullError } from '@valuecanvas/resilience';
import type { Logger } from '@valuecanvas/service-kit';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import { invalidLink, type PasswordRecovery, sendsNoMail } from '../auth-backend/password-recovery.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { PasswordResetsStore } from './password-resets.store.ts';
import { createResetLink, hashResetToken } from './reset-link.ts';
import { passwordChangedMail, resetLinkMail } from './reset-mails.ts';

/**
 * Links that are sent to one account within the hour for which they work. More requests send no mail, so that no stranger
 * can fill a mailbox. The earlier links still work.
 */
const maxMailedPerHour = 5;

/** Mails that are sent at the same time, and that may wait for it. */
const mailing = { concurrency: 4, maxQueued: 1_000 };

/** Local accounts set a new password with a link that is sent to their address, or that an operator makes. */
export function createLocalRecovery(options: {
  readonly store: PasswordResetsStore;
  readonly passwords: Pick<PasswordHasher, 'hash'>;
  readonly revocations: Pick<RevocationList, 'revokeAllOf'>;
  readonly mailer: Mailer | undefined;
  readonly publicUrl: string;
  readonly now: () => number;
  readonly log: Logger;
}): PasswordRecovery & {
  /** Resolves once all mails are sent. Cuts the pauses between attempts short. */
  stop(): Promise<void>;
} {
  const { store, passwords, revocations, mailer, publicUrl, log } = options;
  const clock = () => new Date(options.now());
  const outbox = createOutbox(log);

  const mailLink = async (sender: Mailer, email: string, signal: AbortSignal): Promise<void> => {
    const { url, reset } = createResetLink(publicUrl, clock());
    const to = await store.addMailed(email, reset, maxMailedPerHour);
    if (to !== undefined) await sender.send(resetLinkMail(to, url), signal);
  };

  return {
    sendsMail: mailer !== undefined,
    async request(email) {
      if (!mailer) throw sendsNoMail();
      // Not awaited: the time of the answer must not tell whether the account exists.
      outbox.add((signal) => mailLink(mailer, email, signal));
    },
    async reset(token, password) {
      const tokenHash = hashResetToken(token);
      // Before the hash, which is expensive on purpose.
      if (!(await store.isOpen(tokenHash, clock()))) throw invalidLink();
      const used = await store.use(tokenHash, await passwords.hash(password), clock());
      if (!used) throw invalidLink();
      await revocations.revokeAllOf(used.userId);
      if (!mailer) return;
      const notice: Mail = passwordChangedMail(used.email, new URL('/forgot', publicUrl).href);
      outbox.add((signal) => mailer.send(notice, signal));
    },
    createLink(issued) {
      const { url, reset } = createResetLink(publicUrl, clock());
      const link = { url, expiresAt: reset.expiresAt.toISOString() };
      return store.addIssued(reset, { ...issued, beforeCommit: (tx) => issued.beforeCommit(tx, link) });
    },
    stop: outbox.stop,
  };
}

/** Sends mails in the background. A crash loses those that wait: the user asks again. */
function createOutbox(log: Logger) {
  const semaphore = createSemaphore(mailing);
  const stopping = new AbortController();
  const pending = new Set<Promise<void>>();
  const fail = (err: unknown) => {
    if (err instanceof QueueFullError) log.warn({ err }, 'password reset: too many mails wait, one dropped');
    else log.error({ err }, 'password reset: mail not sent');
  };
  return {
    add(send: (signal: AbortSignal) => Promise<void>): void {
      const sent = semaphore.run(() => send(stopping.signal)).catch(fail);
      pending.add(sent);
      void sent.finally(() => pending.delete(sent));
    },
    async stop(): Promise<void> {
      stopping.abort(new Error('The service stops.'));
      await Promise.all(pending);
    },
  };
}
