export { type ConfigSources, configSources } from './config/config-sources.ts';
export {
  identityVariables,
  kitVariables,
  modelVariables,
  serviceInternalUrl,
  serviceUrl,
  signingVariables,
} from './config/kit-variables.ts';
export { ConfigError, type ConfigOf, type Environment, parseConfig } from './config/parse-config.ts';
export type { Rotation } from './config/rotation.ts';
export { type Authenticator, internalTokenAuthenticator } from './http/authenticator.ts';
export { type Call, type Outcome, Respond, respond, respondIfChanged } from './http/call.ts';
export { closeAfterBody, drainRequestBody } from './http/drain-request-body.ts';
export { FileBody, type FileParts, filePayload, sendFile } from './http/file-body.ts';
export {
  forwarded,
  type Handler,
  type HandlersOf,
  type Implementation,
  implement,
  type PlainHandler,
} from './http/implement.ts';
export { methodsOf } from './http/no-route.ts';
export { routerPath } from './http/register-routes.ts';
export { authorize, operationName } from './http/request-hooks.ts';
export {
  eventStream,
  type ServerEvents,
  StreamBody,
  type StreamHead,
  type StreamProducer,
  type StreamSink,
  serverEvents,
  stream,
} from './http/stream.ts';
export { createIds, timeOfId } from './ids.ts';
export type { Logger } from './observe/logger.ts';
export { createMetrics, type Metrics } from './observe/metrics.ts';
export { createCounter, createHistogram, type Distribution } from './observe/series.ts';
export { nameActiveSpan } from './observe/tracing.ts';
export { type Probe, runProbe } from './run/health.ts';
export type { Lifecycle } from './run/lifecycle.ts';
export { runService, runServices, type ServiceInProcess } from './run/run-service.ts';
export {
  type Composition,
  defineService,
  type Edge,
  type Kit,
  type ServiceDefinition,
} from './run/service-definition.ts';
export { type RunningService, startService } from './run/start-service.ts';
