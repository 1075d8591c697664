import { postgresVariables } from '@valuecanvas/postgres';
import { queueVariables } from '@valuecanvas/queue';
import { redisVariables } from '@valuecanvas/redis';
import {
  type ConfigOf,
  identityVariables,
  kitVariables,
  modelVariables,
  serviceUrl,
  signingVariables,
} from '@valuecanvas/service-kit';
import Type from 'typebox';
import { notificationVariables } from './notifications/variables.ts';

/** The environment of the job worker. */
export const jobWorkerVariables = {
  ...kitVariables('job-worker'),
  ...modelVariables,
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...queueVariables,
  ...notificationVariables,
  ROLE: Type.Enum(['all', 'api', 'worker'], {
    default: 'all',
    description:
      'Part of the job worker that this process has: the API, the workers with the sweeper and the notifications, or all of it.',
  }),
  QUEUE_SWEEP_MS: Type.Integer({
    minimum: 50,
    default: 5_000,
    description: 'Milliseconds between searches for jobs that are stored but not queued.',
  }),
  CANVAS_URL: serviceUrl('canvas'),
  LLM_ROUTER_URL: serviceUrl('llm-router'),
  PROMPT_REGISTRY_URL: serviceUrl('prompt-registry'),
};

export type JobWorkerConfig = ConfigOf<typeof jobWorkerVariables>;
