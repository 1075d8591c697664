import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { openIdempotency } from '@valuecanvas/idempotency';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { createBestEffortJournal } from '@valuecanvas/journal';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { ConfigError, defineService, implement } from '@valuecanvas/service-kit';
import { createAuthenticator, decoratePrincipal } from './access-tokens/authenticate.ts';
import { authenticateBearer } from './access-tokens/authenticate-bearer.ts';
import { createAdminUsers } from './admin-users/admin-users.service.ts';
import { createPlatformUsersStore } from './admin-users/platform-users.store.ts';
import { adminUserRoutes } from './admin-users/routes.ts';
import { composeApiDocs } from './api-docs/api-docs.ts';
import { createApiKeyVerifier } from './api-keys/api-key-verifier.ts';
import { createApiKeys } from './api-keys/api-keys.service.ts';
import { createApiKeysStore } from './api-keys/api-keys.store.ts';
import { authenticateApiKey } from './api-keys/authenticate-api-key.ts';
import { apiKeyRoutes } from './api-keys/routes.ts';
import { sealAnswers } from './api-keys/seal-answers.ts';
import { composeAudit } from './audit/compose-audit.ts';
import { auditRoutes } from './audit/routes.ts';
import { createAuthBackend } from './auth-backend/create-auth-backend.ts';
import { authenticateCookie } from './browser-sessions/authenticate-cookie.ts';
import { createBrowserSessions } from './browser-sessions/browser-sessions.service.ts';
import { createBrowserSessionsStore } from './browser-sessions/browser-sessions.store.ts';
import { browserSessionRoutes } from './browser-sessions/routes.ts';
import { createSessionCookie } from './browser-sessions/session-cookie.ts';
import { gatewayVariables } from './config.ts';
import type { Database } from './db.ts';
import { pageHeaders, protectBrowsers } from './edge/browser-protection.ts';
import { edgeFaults } from './edge/edge-faults.ts';
import { httpsOnly } from './edge/https-only.ts';
import { createRateLimitedAddresses } from './edge/rate-limited-addresses.ts';
import { limitRequests } from './edge/request-limits.ts';
import { stripInternalHeaders } from './edge/strip-internal-headers.ts';
import { createForwarding } from './forwarding/forwarding.ts';
import { createPlatformReadiness } from './platform/platform-readiness.ts';
import { platformRoutes } from './platform/routes.ts';
import { readRoles } from './roles/roles.ts';
import { openPages, servePages } from './static-files/pages.ts';
import { upstreamsOf } from './upstreams.ts';

/** The gateway: authenticates callers, enforces rate limits and forwards requests to the other services. */
export const gatewayService = defineService({
  contract: gatewayContract,
  variables: gatewayVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const faults = edgeFaults(config);
    if (faults.length > 0) throw new ConfigError(faults);
    const upstreams = upstreamsOf(config);
    const roles = readRoles(config.ROLES);
    const signingKey = await importSigningKey(config.INTERNAL_SIGNING_KEY);

    const database = openDatabase<Database>('gateway', kit);
    const openedRedis = openRedis('gateway', kit);
    const { redis, keys: redisKeys } = openedRedis;
    const forwarding = createForwarding(
      upstreams,
      createInternalSigner({ issuer: 'gateway', key: signingKey, now }),
      { statusIsPublic: config.PUBLIC_STATUS_ENABLED },
    );
    lifecycle.onStop('close', 'connections to services', () => forwarding.close());

    const { audit, factOf } = composeAudit(kit, database.db, openedRedis);
    const apiKeysStore = createApiKeysStore(database.db);
    const apiKeyVerifier = createApiKeyVerifier({ store: apiKeysStore, roles, now, log });
    const auth = await createAuthBackend({ kit, db: database.db, redis: openedRedis, roles });
    const bearer = authenticateBearer(auth.tokens);
    const cookie = createSessionCookie(config.PUBLIC_URL);
    const sessions = createBrowserSessions({
      source: auth.sessions,
      tokens: auth.tokens,
      store: createBrowserSessionsStore(database.db),
      now,
    });
    const limitedAddresses = createRateLimitedAddresses(now);
    const authenticate = createAuthenticator([
      authenticateApiKey(apiKeyVerifier, bearer, limitedAddresses),
      bearer,
      authenticateCookie({
        sessions,
        cookie,
        csrfProtection: config.CSRF_PROTECTION_ENABLED,
        limitedAddresses,
      }),
    ]);
    const apiKeys = createApiKeys({ store: apiKeysStore, verifier: apiKeyVerifier, factOf, now });
    const users = createAdminUsers({
      store: createPlatformUsersStore(database.db, roles),
      roles,
      revocations: auth.revocations,
      apiKeys: apiKeyVerifier,
      factOf,
      now,
    });
    const readiness = createPlatformReadiness({
      upstreams,
      own: { postgres: () => database.ping(), redis: () => redis.ping() },
    });
    const violations = createBestEffortJournal(rateLimitViolation, {
      redis,
      keys: redisKeys,
      now,
      onError: (err) => log.warn({ err }, 'rate limit violations: recording failed'),
    });
    const headersOfPages = pageHeaders(config.CSP_ENABLED);
    const apiDocs = await composeApiDocs({ version: config.SERVICE_VERSION, pageHeaders: headersOfPages });
    const pages =
      config.PAGES_DIR === undefined ? undefined : await openPages(config.PAGES_DIR, headersOfPages);
    const behind = upstreams.map(({ contract }) => contract);

    return {
      authenticate,
      // No probes: without PostgreSQL logins fail, without Redis limits are off, but authenticated users are served.
      probes: {},
      edge: {
        trustedProxies: config.TRUST_PROXY,
        async protect(app) {
          decoratePrincipal(app);
          app.addHook('onRequest', stripInternalHeaders);
          await protectBrowsers(app, {
            cspEnabled: config.CSP_ENABLED,
            origins: config.CORS_ALLOWED_ORIGINS.map((origin) => new URL(origin).origin),
          });
          if (config.HTTPS_ONLY) app.addHook('onRequest', httpsOnly(new URL(config.PUBLIC_URL).origin));
          if (pages) servePages(app, pages, [gatewayContract, ...behind]);
          await limitRequests(app, {
            limits: {
              perMinute: config.RATE_LIMIT_PER_MINUTE,
              credentialsPerMinute: config.AUTH_RATE_LIMIT_PER_MINUTE,
              upgradeUrl: config.UPGRADE_URL,
            },
            redis,
            keys: redisKeys,
            violations,
            limitedAddresses,
            authenticate,
            log,
            now,
          });
        },
        behind,
        async forward(app) {
          await auth.forward(app);
          await forwarding.register(app);
        },
      },
      routes: implement(
        gatewayContract,
        {
          ...platformRoutes({ version: config.SERVICE_VERSION, readiness }),
          ...apiDocs,
          ...auth.routes,
          ...browserSessionRoutes(sessions, cookie),
          ...apiKeyRoutes(apiKeys),
          ...adminUserRoutes(users),
          ...auditRoutes(audit),
        },
        openIdempotency(database.db, kit, sealAnswers(config.INTERNAL_SIGNING_KEY)),
      ),
    };
  },
});
