import { headers, rolePermissions } from '@valuecanvas/contracts-core';
import { createInternalSigner, createSigningKey, importSigningKey } from '@valuecanvas/identity';
import {
  defineService,
  identityVariables,
  implement,
  internalTokenAuthenticator,
  kitVariables,
  startService,
} from '@valuecanvas/service-kit';
import { reportCpu } from '../report-cpu.ts';
import { answer, benchContract } from './route.ts';

/** Serves the route with the service kit: identity, deadline, metrics and a log line per request. */
const { signingKey, publicKey } = await createSigningKey();
const service = await startService(
  defineService({
    contract: benchContract,
    variables: { ...kitVariables({ public: 0, internal: 0 }), ...identityVariables },
    compose: async ({ config, now }) => ({
      authenticate: await internalTokenAuthenticator(benchContract, config.INTERNAL_PUBLIC_KEYS, now),
      probes: {},
      routes: implement(benchContract, { measured: ({ body }) => answer(body) }),
    }),
  }),
  {
    HOST: '127.0.0.1',
    SHUTDOWN_DRAIN_MS: '0',
    ...(process.env.BENCH_ENV ? JSON.parse(process.env.BENCH_ENV) : {}),
    PORT: '0',
    INTERNAL_PORT: '0',
    INTERNAL_PUBLIC_KEYS: JSON.stringify({ gateway: publicKey }),
  },
);
const sign = createInternalSigner({ issuer: 'gateway', key: await importSigningKey(signingKey) });
const token = await sign('canvas', {
  kind: 'user',
  userId: '0190d4c6-7f3e-7a3b-8b1a-5a1d3c9e2f10',
  tier: 'free',
  role: 'user',
  permissions: rolePermissions.user,
});
reportCpu({
  url: service.url,
  headers: { [headers.identity]: token, [headers.requestId]: 'bench-request-id' },
});
