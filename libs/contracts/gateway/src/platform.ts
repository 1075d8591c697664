import { anyone, defineRoute, field, file, raw } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

export const getVersion = defineRoute({
  id: 'platform.getVersion',
  method: 'GET',
  path: '/health',
  summary: 'Version',
  description: 'Reports that the gateway is running, and its version.',
  auth: anyone,
  reply: raw(
    Type.Object({
      status: Type.Literal('ok', { description: 'Always ok.' }),
      version: Type.String({ description: 'Version and commit of the build.' }),
    }),
  ),
  errors: [],
});

export const getLiveness = defineRoute({
  id: 'platform.getLiveness',
  method: 'GET',
  path: '/health/live',
  summary: 'Liveness',
  description: 'Reports that the gateway is running.',
  auth: anyone,
  reply: raw(Type.Object({ status: Type.Literal('ok', { description: 'Always ok.' }) })),
  errors: [],
});

const state = Type.Enum(['up', 'down'], { description: 'Whether the service or dependency is ready.' });

export const PlatformReadiness = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded', 'unavailable'], {
      description:
        'ok if every service and dependency is up, degraded if canvases can still be generated, unavailable if they cannot.',
    }),
    services: Type.Record(
      Type.String(),
      Type.Object({
        status: state,
        latency: field.milliseconds('Milliseconds that the service took to report its state.'),
        checks: Type.Record(Type.String(), state, {
          description: 'State of the dependencies of the service, by name.',
        }),
        latencies: Type.Record(Type.String(), field.milliseconds('Milliseconds that a check took.'), {
          description: 'Milliseconds that the check of each dependency took, by name.',
        }),
      }),
      { description: 'State of each service, by name.' },
    ),
  },
  { title: 'PlatformReadiness', description: 'State of the platform, its services and their dependencies.' },
);
export type PlatformReadiness = Static<typeof PlatformReadiness>;

export const getReadiness = defineRoute({
  id: 'platform.getReadiness',
  method: 'GET',
  path: '/health/ready',
  summary: 'Readiness of the platform',
  description:
    'Reports the state of every service and its dependencies. The status is 503 if canvases cannot be generated.',
  auth: anyone,
  reply: raw(PlatformReadiness),
  otherReplies: { 503: raw(PlatformReadiness) },
  errors: [],
});

export const getOpenApiJson = defineRoute({
  id: 'platform.getOpenApiJson',
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'OpenAPI document',
  description: 'All public routes in OpenAPI 3.1, as JSON.',
  auth: anyone,
  reply: file('application/json'),
  errors: [],
});

export const getOpenApiYaml = defineRoute({
  id: 'platform.getOpenApiYaml',
  method: 'GET',
  path: '/api/openapi.yaml',
  summary: 'OpenAPI document as YAML',
  description: 'All public routes in OpenAPI 3.1, as YAML.',
  auth: anyone,
  reply: file('application/yaml'),
  errors: [],
});

export const getDocs = defineRoute({
  id: 'platform.getDocs',
  method: 'GET',
  path: '/api/docs',
  summary: 'API documentation',
  description:
    'A page that shows the OpenAPI document and can log in and send requests. It loads nothing from other origins.',
  auth: anyone,
  reply: file('text/html; charset=utf-8'),
  errors: [],
});

export const getUpgradePage = defineRoute({
  id: 'platform.getUpgradePage',
  method: 'GET',
  path: '/upgrade',
  summary: 'Ways to higher limits',
  description:
    'A page that explains the limits of an account and how to get higher ones. Refusals name it unless UPGRADE_URL names another.',
  auth: anyone,
  reply: file('text/html; charset=utf-8'),
  errors: [],
});

export const getDocsAsset = defineRoute({
  id: 'platform.getDocsAsset',
  method: 'GET',
  path: '/api/docs/:asset',
  summary: 'File of the API documentation',
  description: 'A script, a style sheet or an icon that the page loads.',
  auth: anyone,
  params: Type.Object({
    asset: Type.String({ maxLength: 100, description: 'Name of the file.' }),
  }),
  reply: file('text/javascript; charset=utf-8', 'text/css; charset=utf-8', 'image/png'),
  errors: ['NOT_FOUND'],
});
