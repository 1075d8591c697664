import { anyone, defineRoute, raw } from '@valuecanvas/contracts-core';
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

export const getOpenApiJson = defineRoute({
  id: 'platform.getOpenApiJson',
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'OpenAPI document',
  description: 'Every public route in OpenAPI 3.1, as JSON.',
  auth: anyone,
  reply: raw(Type.Unknown({ description: 'The document.' })),
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
  errors: [],
});
