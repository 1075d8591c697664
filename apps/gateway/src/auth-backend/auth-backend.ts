import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { OpenRedis } from '@valuecanvas/redis';
import type { ConfigOf, HandlersOf, Kit } from '@valuecanvas/service-kit';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { SessionSource } from '../browser-sessions/session-source.ts';
import type { gatewayVariables } from '../config.ts';
import type { Database } from '../db.ts';
import type { Roles } from '../roles/roles.ts';

/** The routes below /auth/v1. */
export type AuthRoutes = Pick<
  HandlersOf<typeof gatewayContract>,
  'signUp' | 'issueToken' | 'getAuthUser' | 'updateAuthUser' | 'logOut' | 'getJwks'
>;

/** Where accounts and sessions are kept, and what follows from that for the gateway. */
export interface AuthBackend {
  /** Whom an access token stands for. */
  readonly tokens: TokenVerifier;
  readonly ended: EndedSessions;
  /** Opens, renews and ends sessions that the gateway keeps for browsers. */
  readonly sessions: SessionSource;
  /** Served here, or forwarded by `forward`. */
  readonly routes: AuthRoutes;
  forward(app: FastifyInstance): Promise<void>;
}

/** What a backend is made of. */
export interface AuthBackendParts {
  readonly kit: Kit<ConfigOf<typeof gatewayVariables>>;
  readonly db: Kysely<Database>;
  readonly redis: OpenRedis;
  readonly roles: Roles;
}
