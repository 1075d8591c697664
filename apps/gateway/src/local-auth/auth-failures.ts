import { AppError } from '@valuecanvas/contracts-core';

/** Errors of local auth, with the codes and texts that Supabase Auth's clients check. */

export const invalidCredentials = () => refused('invalid_credentials', 'Invalid login credentials');

export const userAlreadyExists = () =>
  new AppError('UNPROCESSABLE', {
    message: 'User already registered',
    extra: { error_code: 'user_already_exists' },
  });

export const weakPassword = (minLength: number) =>
  new AppError('UNPROCESSABLE', {
    message: `Password should be at least ${minLength} characters.`,
    extra: { error_code: 'weak_password', weak_password: { reasons: ['length'] } },
  });

export const samePassword = () =>
  new AppError('UNPROCESSABLE', {
    message: 'New password should be different from the old password.',
    extra: { error_code: 'same_password' },
  });

export const unchangeable = (message: string) =>
  new AppError('UNPROCESSABLE', { message, extra: { error_code: 'validation_failed' } });

export const sessionNotFound = () =>
  new AppError('FORBIDDEN', {
    message: 'The session of this token has ended. Log in again.',
    extra: { error_code: 'session_not_found' },
  });

export const unsupportedGrantType = () => refused('unsupported_grant_type', 'Unsupported grant type');

export const refreshTokenUnknown = () =>
  refused('refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');

export const refreshTokenReused = () =>
  refused('refresh_token_already_used', 'Invalid Refresh Token: Already Used');

export const invalidInput = (message: string) => refused('validation_failed', message);

function refused(code: string, message: string): AppError {
  return new AppError('VALIDATION_FAILED', { message, extra: { error_code: code } });
}
