import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { openIdempotency } from '@valuecanvas/idempotency';
import { mailFaults } from '@valuecanvas/mail';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { ConfigError, defineService, implement } from '@valuecanvas/service-kit';
import { composeAccountDeletion } from './account-deletion/compose-account-deletion.ts';
import { composeAccountExport } from './account-export/compose-account-export.ts';
import { composeAdminUsers } from './admin-users/compose-admin-users.ts';
import { composeApiDocs } from './api-docs/compose-api-docs.ts';
import { composeApiKeys } from './api-keys/compose-api-keys.ts';
import { sealAnswers } from './api-keys/seal-answers.ts';
import { composeAudit } from './audit/compose-audit.ts';
import { composeAuthBackend } from './auth-backend/compose-auth-backend.ts';
import { createAuthenticator, decoratePrincipal } from './authentication/authenticate.ts';
import { composeBrowserSessions } from './browser-sessions/compose-browser-sessions.ts';
import { gatewayVariables } from './config.ts';
import type { Database } from './db.ts';
import { protectBrowsers } from './edge/browser-protection.ts';
import { edgeFaults } from './edge/edge-faults.ts';
import { httpsOnly } from './edge/https-only.ts';
import { stripInternalHeaders } from './forwarding/forwarded-headers.ts';
import { composeForwarding } from './forwarding/forwarding.ts';
import { composePasswordReset } from './password-reset/compose-password-reset.ts';
import { composePlatform } from './platform/compose-platform.ts';
import { composeRateLimits } from './rate-limits/rate-limits.ts';
import { readRoles } from './roles/roles.ts';
import { composeSite } from './site/compose-site.ts';
import { composePages } from './static-files/pages.ts';
import { upstreamsOf } from './upstreams.ts';

/** The gateway: authenticates callers, enforces rate limits and forwards requests to the other services. */
export const gatewayService = defineService({
  contract: gatewayContract,
  variables: gatewayVariables,
  async compose(kit) {
    const { config } = kit;
    const faults = [...edgeFaults(config), ...mailFaults(config)];
    if (faults.length > 0) throw new ConfigError(faults);
    const roles = readRoles(config.ROLES);
    const upstreams = upstreamsOf(config);
    const behind = upstreams.map(({ contract }) => contract);
    const database = openDatabase<Database>('gateway', kit);
    const { db } = database;
    const redis = openRedis('gateway', kit);

    const { factOf, ...audit } = composeAudit(kit, db, redis);
    const auth = await composeAuthBackend(kit, { db, redis, roles });
    const browsers = composeBrowserSessions(kit, { db, source: auth.sessions, tokens: auth.tokens });
    const apiKeys = composeApiKeys(kit, { db, roles, factOf });
    const users = composeAdminUsers(kit, {
      db,
      roles,
      factOf,
      revocations: auth.revocations,
      verifier: apiKeys.verifier,
      keys: apiKeys.keys,
    });

    const deletion = composeAccountDeletion(kit, {
      db,
      roles,
      factOf,
      auth,
      cookie: browsers.cookie,
      apiKeys: apiKeys.verifier,
    });

    const passwordReset = composePasswordReset({ recovery: auth.recovery, roles, factOf });
    const accountExport = await composeAccountExport(kit, { db, listKeys: apiKeys.keys.list });

    const rateLimits = composeRateLimits(kit, redis);
    const authenticate = createAuthenticator({
      apiKeys: apiKeys.verifier,
      accessTokens: auth.tokens,
      sessions: browsers.sessions,
      cookie: browsers.cookie,
      csrfProtection: config.CSRF_PROTECTION_ENABLED,
      limitedAddresses: rateLimits.limitedAddresses,
    });
    const forwarding = await composeForwarding(kit, upstreams);

    const platform = await composePlatform(kit, {
      upstreams,
      own: { postgres: () => database.ping(), redis: () => redis.redis.ping() },
    });
    const apiDocs = await composeApiDocs(kit);
    const site = composeSite(kit, { ...browsers, recovery: auth.recovery });
    const pages = await composePages(kit, [gatewayContract, ...behind]);

    return {
      authenticate,
      // No probes: without PostgreSQL logins fail, without Redis limits are off, but authenticated users are served.
      probes: {},
      edge: {
        trustedProxies: config.TRUST_PROXY,
        behind,
        async protect(app) {
          decoratePrincipal(app);
          app.addHook('onRequest', stripInternalHeaders);
          await protectBrowsers(app, config);
          if (config.HTTPS_ONLY) app.addHook('onRequest', httpsOnly(new URL(config.PUBLIC_URL).origin));
          pages.serve(app);
          await rateLimits.install(app, authenticate);
        },
        async forward(app) {
          await auth.forward(app);
          await forwarding.register(app);
        },
      },
      routes: implement(
        gatewayContract,
        {
          ...platform.routes,
          ...apiDocs.routes,
          ...auth.routes,
          ...browsers.routes,
          ...site.routes,
          ...apiKeys.routes,
          ...users.routes,
          ...deletion.routes,
          ...accountExport.routes,
          ...passwordReset.routes,
          ...audit.routes,
        },
        openIdempotency(db, kit, sealAnswers(config.INTERNAL_SIGNING_KEY)),
      ),
    };
  },
});
