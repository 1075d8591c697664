import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import proxyAddr from '@fastify/proxy-addr';
import { dialectAt, serviceNames } from '@valuecanvas/contracts-core';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream, Logger } from 'pino';
import { configSources } from '../config/config-sources.ts';
import { type Environment, parseConfig } from '../config/parse-config.ts';
import { createRotation } from '../config/rotation.ts';
import { createServer } from '../http/create-server.ts';
import { createDraining } from '../http/draining.ts';
import { installErrorMapper } from '../http/error-mapper.ts';
import { createAllowedMethods } from '../http/no-route.ts';
import { trackConnections } from '../http/open-connections.ts';
import { refuseUndeclaredRoutes, registerRoute } from '../http/register-routes.ts';
import { createRequestDurations, installAdmission, installRequestHooks } from '../http/request-hooks.ts';
import { createErrorReporter } from '../observe/error-reporter.ts';
import { createLoggers } from '../observe/logger.ts';
import { createMetrics } from '../observe/metrics.ts';
import { allowSpanAttributes } from '../observe/span-allow-list.ts';
import { continueTracesOf, nameTracedService, stopTracing, traceRequestsTo } from '../observe/tracing.ts';
import { checkReadiness, installInternalRoutes } from './health.ts';
import { createLifecycle } from './lifecycle.ts';
import type { KitConfig, ServiceDefinition } from './service-definition.ts';

export interface RunningService {
  /** Origin of the service's public port. */
  readonly url: string;
  /** Origin of health checks and metrics. */
  readonly internalUrl: string;
  readonly log: Logger;
  /** Reports an unexpected error outside any request. */
  reportError(error: unknown): void;
  /** Stops the service in phases, each bounded in time. Repeated calls return the same promise. */
  stop(): Promise<void>;
}

/**
 * Starts a service in this process. All its dependencies are arguments, so several services can run side by side.
 * Rejects with ConfigError if the environment is invalid.
 */
export async function startService<C extends KitConfig>(
  definition: ServiceDefinition<C>,
  environment: Environment,
  options: { readonly logTo?: DestinationStream; readonly now?: () => number } = {},
): Promise<RunningService> {
  const { contract } = definition;
  const sources = configSources(definition.variables, environment);
  const readConfig = async () => parseConfig(definition.variables, await sources.read()) as C;
  const config = await readConfig();
  const version = config.SERVICE_VERSION;
  const { log, accessLog } = createLoggers(
    {
      service: contract.service,
      version,
      level: config.LOG_LEVEL,
      errorMessages: config.LOG_ERROR_MESSAGES,
    },
    options.logTo,
  );
  const metrics = createMetrics(contract.service, version);
  nameTracedService(contract.service, version);
  allowSpanAttributes(definition.spanAttributes ?? []);
  traceRequestsTo(serviceUrlsIn(config));
  const lifecycle = createLifecycle(log, config.SHUTDOWN_GRACE_MS);
  const reporter = await createErrorReporter({
    dsn: config.SENTRY_DSN,
    environment: config.SENTRY_ENVIRONMENT,
    service: contract.service,
    release: version,
  });
  const draining = createDraining();
  const rotation = createRotation(config, readConfig, log);
  if (sources.canChange)
    lifecycle.every('configuration: refresh', config.SECRETS_REFRESH_MS, rotation.refresh);

  lifecycle.onStop('flush', 'traces', stopTracing);
  lifecycle.onStop('flush', 'reported errors', () => reporter.flush(2_000));

  try {
    const composition = await definition.compose({
      config,
      log,
      metrics,
      lifecycle,
      rotation,
      now: options.now ?? Date.now,
    });
    const { served, forwarded } = composition.routes;
    if (forwarded[0] && !composition.edge)
      throw new Error(`${contract.service} is not the edge, so it cannot forward ${forwarded[0].id}.`);
    if (composition.edge) continueTracesOf(proxyAddr.compile([...composition.edge.trustedProxies]));
    const app = createServer(composition.edge?.trustedProxies);
    const internal = createServer();
    const connections = trackConnections(app.server);
    lifecycle.onStop('intake', 'public port', async () => {
      draining.begin();
      connections.closeAfterResponse();
      await wait(config.SHUTDOWN_DRAIN_MS);
      draining.endStreams();
      await app.close();
    });
    app.addHook('preClose', connections.allAccepted);
    lifecycle.onStop('close', 'internal port', () => internal.close());
    const contracts = [contract, ...(composition.edge?.behind ?? [])];
    const allowedMethods = createAllowedMethods(contracts.flatMap(({ routes }) => Object.values(routes)));
    const dialects = Object.assign({}, ...contracts.map((each) => each.dialects));
    const dialectOf = (path: string) => dialectAt({ dialects }, path);
    installErrorMapper(app, { log, reporter, allowedMethods, dialectOf });
    installRequestHooks(app, {
      log: accessLog,
      logged: composition.edge ? 'all' : 'failures',
      observe: createRequestDurations(metrics.registry),
      draining,
    });
    refuseUndeclaredRoutes(app);
    await composition.edge?.protect(app);
    installAdmission(app, composition.authenticate, config.LLM_DEADLINE);
    await composition.edge?.forward(app);
    for (const route of served) registerRoute(app, route, log);
    installInternalRoutes(internal, {
      readiness: () => checkReadiness(composition, draining.hasBegun()),
      metrics,
    });
    const internalUrl = await listen(internal, config, config.INTERNAL_PORT);
    const url = await listen(app, config, config.PORT);
    log.info({ url, internalUrl }, 'started');
    return {
      url,
      internalUrl,
      log,
      reportError: (error) => reporter.report(error, {}),
      stop: () => lifecycle.stop(),
    };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

/** Returns the URLs of other services: the values of all variables that `serviceUrl` describes. */
function serviceUrlsIn(config: Readonly<Record<string, unknown>>): string[] {
  return serviceNames
    .map((service) => config[`${service.toUpperCase().replaceAll('-', '_')}_URL`])
    .filter((url) => typeof url === 'string');
}

async function listen(
  app: FastifyInstance,
  { HOST: host, SHARE_PORTS: reusePort }: KitConfig,
  port: number,
): Promise<string> {
  // Fastify passes options that it does not know to Node's server.
  const options = { host, port, reusePort };
  await app.listen(options);
  const { port: actual } = app.server.address() as AddressInfo;
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${actual}`;
}
