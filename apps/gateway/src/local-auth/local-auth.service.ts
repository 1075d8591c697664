import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { AuthSession, AuthUser, LogOutScope } from '@valuecanvas/contracts-gateway';
import { v7 as uuidv7 } from 'uuid';
import { type AccessTokenIssuer, accessTokenSeconds } from '../access-tokens/access-token-issuer.ts';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import {
  invalidCredentials,
  invalidInput,
  refreshTokenReused,
  refreshTokenUnknown,
  samePassword,
  sessionNotFound,
  unchangeable,
  userAlreadyExists,
  weakPassword,
} from './auth-failures.ts';
import type { AuthSessionsStore } from './auth-sessions.store.ts';
import { metadataOf, toAuthUser, type UserRow } from './auth-user.ts';
import type { AuthUsersStore } from './auth-users.store.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { createRefreshToken, hashRefreshToken, openSuccessor, sealSuccessor } from './refresh-token.ts';

const minPasswordLength = 8;

/** Upper bound for user metadata as JSON. Every access token carries it, and a token must fit into a header. */
const maxUserMetadataBytes = 4_096;

/** The metadata of a new account. Only an admin can change it. */
const initialAppMetadata = { provider: 'email', providers: ['email'], tier: 'free', role: 'user' };

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface UserUpdate {
  readonly email?: string;
  readonly phone?: string;
  readonly password?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Accounts and sessions of local auth, with the semantics of Supabase Auth. */
export interface LocalAuth {
  signUp(request: SignUp, userAgent?: string): Promise<AuthSession>;
  /** Responds equally, and after the same time, to an unknown account and to a wrong password. */
  logIn(email: string, password: string, userAgent?: string): Promise<AuthSession>;
  /**
   * Issues new tokens. A repetition returns the same refresh token until that token is used. After that, the repeated
   * token is a reuse and ends its session.
   */
  refresh(refreshToken: string): Promise<AuthSession>;
  getUser(principal: UserPrincipal): Promise<AuthUser>;
  /** Changes metadata or password. A new password ends all other sessions of the user. */
  updateUser(principal: UserPrincipal, change: UserUpdate): Promise<AuthUser>;
  /** Ends sessions and revokes their access tokens. */
  logOut(principal: UserPrincipal, scope: LogOutScope): Promise<void>;
}

export function createLocalAuth(options: {
  readonly users: AuthUsersStore;
  readonly sessions: AuthSessionsStore;
  readonly passwords: PasswordHasher;
  readonly revocations: Pick<RevocationList, 'revoke' | 'revokeAllOf'>;
  readonly issue: AccessTokenIssuer;
  readonly now: () => number;
}): LocalAuth {
  const { users, sessions, passwords, revocations, issue } = options;
  const clock = () => new Date(options.now());

  const open = async (
    user: UserRow,
    passwordHash: string,
    userAgent: string | undefined,
  ): Promise<AuthSession> => {
    const { token, hash } = createRefreshToken();
    const session = { id: uuidv7(), userId: user.id, passwordHash, tokenHash: hash, at: clock() };
    const opened = await sessions.open({ ...session, userAgent: userAgent?.slice(0, 512) ?? null });
    if (!opened) throw invalidCredentials();
    return toSession({ ...user, last_sign_in_at: session.at }, session.id, session.at, token);
  };

  const toSession = async (
    user: UserRow,
    sessionId: string,
    authenticatedAt: Date,
    refreshToken: string,
  ): Promise<AuthSession> => {
    const { token, expiresAt } = await issue({
      userId: user.id,
      email: user.email ?? '',
      appMetadata: metadataOf(user.raw_app_meta_data),
      userMetadata: metadataOf(user.raw_user_meta_data),
      sessionId,
      authenticatedAt,
    });
    return {
      access_token: token,
      token_type: 'bearer',
      expires_in: accessTokenSeconds,
      expires_at: expiresAt,
      refresh_token: refreshToken,
      user: toAuthUser(user),
    };
  };

  /** Another replica may have revoked the session while this one still caches its token as valid. */
  const checkSession = async ({ sessionId }: UserPrincipal): Promise<void> => {
    if (sessionId !== undefined && !(await sessions.isLive(sessionId))) throw sessionNotFound();
  };

  const find = async (principal: UserPrincipal) => {
    const user = await users.find(principal.userId, clock());
    if (!user) throw accountNotFound();
    await checkSession(principal);
    return user;
  };

  const newHash = async (password: string, current: string | null): Promise<string> => {
    checkPassword(password);
    if (await passwords.matches(password, current)) throw samePassword();
    return passwords.hash(password);
  };

  const revokeAllOf = (userId: string, exceptSession?: string): Promise<void> =>
    revocations.revokeAllOf(userId, exceptSession === undefined ? {} : { exceptSession });

  return {
    async signUp({ email, password, data = {} }, userAgent) {
      checkPassword(password);
      checkMetadata(data);
      const passwordHash = await passwords.hash(password);
      const user = await users.insert({
        id: uuidv7(),
        email,
        passwordHash,
        appMetadata: initialAppMetadata,
        userMetadata: data,
        at: clock(),
      });
      if (!user) throw userAlreadyExists();
      return open(user, passwordHash, userAgent);
    },
    async logIn(email, password, userAgent) {
      const user = await users.findByEmail(email, clock());
      const matches = await passwords.matches(password, user?.encrypted_password);
      if (!user?.encrypted_password || !matches) throw invalidCredentials();
      return open(user, user.encrypted_password, userAgent);
    },
    async refresh(refreshToken) {
      const { token, hash } = createRefreshToken();
      const next = { hash, sealed: sealSuccessor(refreshToken, token) };
      const rotation = await sessions.rotate(hashRefreshToken(refreshToken), next, clock());
      if (rotation.outcome === 'reused') {
        await revocations.revoke(rotation.sessionId);
        throw refreshTokenReused();
      }
      const user = rotation.outcome === 'rotated' && (await users.find(rotation.userId, clock()));
      if (!user) throw refreshTokenUnknown();
      const active = openSuccessor(refreshToken, rotation.sealed);
      return toSession(user, rotation.sessionId, rotation.openedAt, active);
    },
    async getUser(principal) {
      return toAuthUser(await find(principal));
    },
    async updateUser(principal, { email, phone, password, data }) {
      const user = await find(principal);
      const { userId, sessionId } = principal;
      if (phone || (email && email.toLowerCase() !== user.email?.toLowerCase())) {
        throw unchangeable('The e-mail address and phone number cannot be changed.');
      }
      const hash = password === undefined ? undefined : await newHash(password, user.encrypted_password);
      const updated = await users.update(userId, {
        ...(hash === undefined ? {} : { password: { hash, exceptSession: sessionId } }),
        ...(data === undefined ? {} : { userMetadata: (current: unknown) => mergeMetadata(current, data) }),
        at: clock(),
      });
      if (!updated) throw accountNotFound();
      if (hash !== undefined) await revokeAllOf(userId, sessionId);
      return toAuthUser(updated);
    },
    async logOut(principal, scope) {
      await checkSession(principal);
      const { userId, sessionId } = principal;
      if (scope === 'local' && sessionId !== undefined) {
        await sessions.end(sessionId, clock());
        await revocations.revoke(sessionId);
        return;
      }
      const exceptSession = scope === 'others' ? sessionId : undefined;
      await sessions.endAllOf(userId, clock(), exceptSession);
      await revokeAllOf(userId, exceptSession);
    },
  };
}

function checkPassword(password: string): void {
  if (password.length < minPasswordLength) throw weakPassword(minPasswordLength);
}

function checkMetadata(metadata: Readonly<Record<string, unknown>>): void {
  if (Buffer.byteLength(JSON.stringify(metadata)) <= maxUserMetadataBytes) return;
  throw invalidInput(`data must not exceed ${maxUserMetadataBytes} bytes as JSON.`);
}

/** Merges a change into the metadata. Fields set to null are removed. */
function mergeMetadata(
  current: unknown,
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries({ ...metadataOf(current), ...change });
  const metadata = Object.fromEntries(entries.filter(([, value]) => value !== null));
  checkMetadata(metadata);
  return metadata;
}

function accountNotFound(): AppError {
  return new AppError('NOT_FOUND', {
    message: 'The account of this token no longer exists.',
    extra: { error_code: 'user_not_found' },
  });
}
