import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { defineService } from '@valuecanvas/service-kit';
import { createAccessTokenIssuer, issuerAt } from './access-tokens/access-token-issuer.ts';
import { importAuthKeys } from './access-tokens/auth-keys.ts';
import { authenticateBearer } from './access-tokens/authenticate-bearer.ts';
import { createTokenVerifier } from './access-tokens/token-verifier.ts';
import { createAdminUsers } from './admin-users/admin-users.service.ts';
import { listUsersRoute } from './admin-users/list-users.route.ts';
import { createPlatformUsersStore } from './admin-users/platform-users.store.ts';
import { updateUserRoute } from './admin-users/update-user.route.ts';
import { gatewayVariables } from './config.ts';
import type { Database } from './db.ts';
import { protectBrowsers } from './edge/browser-protection.ts';
import { limitRequests } from './edge/request-limits.ts';
import { stripInternalHeaders } from './edge/strip-internal-headers.ts';
import { createForwarding } from './forwarding/forwarding.ts';
import { createAuthSessionsStore } from './local-auth/auth-sessions.store.ts';
import { createAuthUsersStore } from './local-auth/auth-users.store.ts';
import { getAuthUserRoute } from './local-auth/get-auth-user.route.ts';
import { getJwksRoute } from './local-auth/get-jwks.route.ts';
import { issueTokenRoute } from './local-auth/issue-token.route.ts';
import { createLocalAuth } from './local-auth/local-auth.service.ts';
import { createPasswordHasher } from './local-auth/password-hasher.ts';
import { signUpRoute } from './local-auth/sign-up.route.ts';
import { getLivenessRoute } from './platform/get-liveness.route.ts';
import { getOpenApiJsonRoute } from './platform/get-openapi-json.route.ts';
import { getOpenApiYamlRoute } from './platform/get-openapi-yaml.route.ts';
import { getReadinessRoute } from './platform/get-readiness.route.ts';
import { getVersionRoute } from './platform/get-version.route.ts';
import { writeOpenApi } from './platform/openapi-document.ts';
import { createPlatformReadiness } from './platform/platform-readiness.ts';
import { upstreamsOf } from './upstreams.ts';

/** The edge: who asks, how often they may, and which service answers. */
export const gatewayService = defineService({
  contract: gatewayContract,
  variables: gatewayVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const upstreams = upstreamsOf(config);
    const keys = await importAuthKeys(config.AUTH_SIGNING_KEYS);
    const signingKey = await importSigningKey(config.INTERNAL_SIGNING_KEY);
    const issuer = issuerAt(config.PUBLIC_URL);

    const database = openDatabase<Database>('gateway', kit);
    const { redis, keys: redisKeys } = openRedis('gateway', kit);
    const forwarding = createForwarding(
      upstreams,
      createInternalSigner({ issuer: 'gateway', key: signingKey, now }),
    );
    lifecycle.onStop('close', 'connections to services', () => forwarding.close());

    const authenticate = authenticateBearer(createTokenVerifier({ keys, issuer, now }));
    const auth = createLocalAuth({
      users: createAuthUsersStore(database.db),
      sessions: createAuthSessionsStore(database.db),
      passwords: await createPasswordHasher(),
      issue: createAccessTokenIssuer({ keys, issuer, now }),
      now,
    });
    const users = createAdminUsers(createPlatformUsersStore(database.db), now);
    const readiness = createPlatformReadiness({
      upstreams,
      own: { postgres: () => database.ping(), redis: () => redis.ping() },
    });
    const openApi = writeOpenApi(
      [gatewayContract, ...upstreams.map(({ contract }) => contract)],
      config.SERVICE_VERSION,
    );

    return {
      authenticate,
      // Without PostgreSQL nobody can log in, without Redis nobody is limited; whoever is logged in is still served.
      probes: {},
      edge: {
        trustedProxies: config.TRUST_PROXY,
        async protect(app) {
          app.addHook('onRequest', stripInternalHeaders);
          await protectBrowsers(app, config.CORS_ALLOWED_ORIGINS);
          await limitRequests(app, {
            limits: {
              perMinute: config.RATE_LIMIT_PER_MINUTE,
              credentialsPerMinute: config.AUTH_RATE_LIMIT_PER_MINUTE,
              upgradeUrl: config.UPGRADE_URL,
            },
            redis,
            keys: redisKeys,
            authenticate,
            log,
          });
        },
        forward: (app) => forwarding.register(app),
      },
      routes: [
        getVersionRoute(config.SERVICE_VERSION),
        getLivenessRoute(),
        getReadinessRoute(readiness),
        getOpenApiJsonRoute(openApi),
        getOpenApiYamlRoute(openApi),
        signUpRoute(auth),
        issueTokenRoute(auth),
        getAuthUserRoute(auth),
        getJwksRoute(keys),
        listUsersRoute(users),
        updateUserRoute(users),
      ],
    };
  },
});
