import type { RouteDefinition } from '@valuecanvas/contracts-core';
import type { OpenRedis } from '@valuecanvas/redis';
import type { BoundRoute, ConfigOf, Kit } from '@valuecanvas/service-kit';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { SessionSource } from '../browser-sessions/session-source.ts';
import type { gatewayVariables } from '../config.ts';
import type { Database } from '../db.ts';

/** Where accounts and sessions are kept, and what follows from that for the gateway. */
export interface AuthBackend {
  /** Whom an access token stands for. */
  readonly tokens: TokenVerifier;
  readonly ended: EndedSessions;
  /** Opens, renews and ends sessions that the gateway keeps for browsers. */
  readonly sessions: SessionSource;
  /** What the gateway serves of /auth/v1 itself. */
  readonly routes: readonly BoundRoute[];
  /** What it passes on instead. */
  readonly forwarded: readonly RouteDefinition[];
  forward(app: FastifyInstance): Promise<void>;
}

/** What a backend is made of. */
export interface AuthBackendParts {
  readonly kit: Kit<ConfigOf<typeof gatewayVariables>>;
  readonly db: Kysely<Database>;
  readonly redis: OpenRedis;
}
