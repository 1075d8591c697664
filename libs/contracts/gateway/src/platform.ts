import { anyone, defineRoute, empty, raw } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

export const getVersion = defineRoute({
  id: 'platform.getVersion',
  method: 'GET',
  path: '/health',
  summary: 'Version',
  description: 'Says that the gateway answers, and which build it is.',
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
  description: 'Says that the gateway answers.',
  auth: anyone,
  reply: raw(Type.Object({ status: Type.Literal('ok', { description: 'Always ok.' }) })),
  errors: [],
});

const state = Type.Enum(['up', 'down'], { description: 'Whether it is ready.' });

export const PlatformReadiness = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded', 'unavailable'], {
      description: 'ok: all is there; degraded: the main job can be done; unavailable: it cannot.',
    }),
    services: Type.Record(
      Type.String(),
      Type.Object({
        status: state,
        checks: Type.Record(Type.String(), state, { description: 'What the service itself depends on.' }),
      }),
      { description: 'By service.' },
    ),
  },
  { title: 'PlatformReadiness', description: 'Whether the platform can do its main job, part by part.' },
);
export type PlatformReadiness = Static<typeof PlatformReadiness>;

export const getReadiness = defineRoute({
  id: 'platform.getReadiness',
  method: 'GET',
  path: '/health/ready',
  summary: 'Readiness of the platform',
  description: 'Every service and what it depends on, by name; 503 when the main job cannot be done.',
  auth: anyone,
  reply: raw(PlatformReadiness),
  otherReplies: { 503: raw(PlatformReadiness) },
  errors: [],
});

/** Files that stay the same for as long as the gateway runs. */
const unchanging = {
  otherReplies: { 304: empty },
  requestHeaders: {
    'if-none-match': Type.String({ description: 'The etag of what the client has; 304 while it holds.' }),
  },
  responseHeaders: { etag: Type.String({ description: 'Names this content.' }) },
} as const;

export const getOpenApiJson = defineRoute({
  id: 'platform.getOpenApiJson',
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'OpenAPI document',
  description: 'Every public route in OpenAPI 3.1, as JSON.',
  auth: anyone,
  reply: raw(Type.Unknown({ description: 'The document.' })),
  ...unchanging,
  errors: [],
});

export const getOpenApiYaml = defineRoute({
  id: 'platform.getOpenApiYaml',
  method: 'GET',
  path: '/api/openapi.yaml',
  summary: 'OpenAPI document as YAML',
  description: 'Every public route in OpenAPI 3.1, as YAML.',
  auth: anyone,
  reply: raw(Type.String({ description: 'The document.' }), 'application/yaml'),
  ...unchanging,
  errors: [],
});

export const getDocs = defineRoute({
  id: 'platform.getDocs',
  method: 'GET',
  path: '/api/docs',
  summary: 'API documentation',
  description:
    'A page that shows the OpenAPI document and sends requests from it. It loads nothing from elsewhere.',
  auth: anyone,
  reply: raw(Type.String({ description: 'The page.' }), 'text/html; charset=utf-8'),
  ...unchanging,
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
    asset: Type.String({ maxLength: 100, description: 'Name of the file, as the page names it.' }),
  }),
  reply: raw(
    Type.String({ description: 'The file.' }),
    'text/javascript; charset=utf-8',
    'text/css; charset=utf-8',
    'image/png',
  ),
  ...unchanging,
  errors: ['NOT_FOUND'],
});
