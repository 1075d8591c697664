import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { OpenRedis } from '@valuecanvas/redis';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { SessionSource } from '../browser-sessions/browser-sessions.service.ts';
import type { Database } from '../db.ts';
import type { Roles } from '../roles/roles.ts';
import type { PasswordRecovery } from './password-recovery.ts';

/** The routes below /auth/v1. */
export type AuthRoutes = Pick<
  HandlersOf<typeof gatewayContract>,
  'signUp' | 'issueToken' | 'recover' | 'getAuthUser' | 'updateAuthUser' | 'logOut' | 'getJwks'
>;

/** The backend for accounts and sessions: local auth or Supabase Auth. */
export interface AuthBackend {
  /** Verifies access tokens. */
  readonly tokens: TokenVerifier;
  readonly revocations: RevocationList;
  /** Opens, refreshes and ends browser sessions. */
  readonly sessions: SessionSource;
  /** Sets new passwords for users who do not know theirs. */
  readonly recovery: PasswordRecovery;
  /** Handlers of the auth routes. Placeholders if `forward` adds the routes. */
  readonly routes: AuthRoutes;
  forward(app: FastifyInstance): Promise<void>;
}

/** Dependencies of a backend. */
export interface AuthBackendParts {
  readonly db: Kysely<Database>;
  readonly redis: OpenRedis;
  readonly roles: Roles;
}
