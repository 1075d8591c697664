import {
  AppError,
  type AuditedChange,
  type AuditFact,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { PasswordResetLink } from '@valuecanvas/contracts-gateway';
import type { BeforeCommit } from '@valuecanvas/postgres';

/** Sets new passwords for users who do not know theirs. */
export interface PasswordRecovery {
  /** True if users can ask for a link by mail. */
  readonly sendsMail: boolean;
  /**
   * Sends a link if an account has this address. Resolves alike, and after the same time, if none has. Throws
   * UNPROCESSABLE if the platform sends no mail.
   */
  request(email: string): Promise<void>;
  /** Sets a password and ends all sessions of the user. Throws UNPROCESSABLE if the link does not work any more. */
  reset(token: string, password: string): Promise<void>;
  /**
   * Makes a link for an operator to pass on, with its audit record. `check` can refuse by throwing. Returns the result of
   * `beforeCommit`, or undefined if the account does not exist. Throws UNPROCESSABLE if another system keeps the accounts.
   */
  createLink<T>(issued: {
    readonly user: { readonly id: string };
    readonly by: UserPrincipal;
    readonly check: (account: { readonly appMetadata: unknown }) => void;
    readonly factOf: (change: AuditedChange) => AuditFact;
    readonly beforeCommit: BeforeCommit<PasswordResetLink, T>;
  }): Promise<T | undefined>;
}

export function invalidLink(): AppError {
  return new AppError('UNPROCESSABLE', {
    message: 'This link is invalid, was used before or has expired. Request a new one.',
    extra: { error_code: 'otp_expired' },
  });
}

export function sendsNoMail(): AppError {
  return new AppError('UNPROCESSABLE', {
    message: 'This platform sends no mail. Ask an operator for a link that sets a new password.',
    extra: { error_code: 'email_provider_disabled' },
  });
}
