import { postgresVariables } from '@valuecanvas/postgres';
import { queueVariables } from '@valuecanvas/queue';
import { redisVariables } from '@valuecanvas/redis';
import { type ConfigOf, identityVariables, kitVariables, signingVariables } from '@valuecanvas/service-kit';
import Type from 'typebox';

const serviceUrl = (description: string) => Type.String({ format: 'url', description });

/** The environment of the job worker. */
export const jobWorkerVariables = {
  ...kitVariables({ public: 3105, internal: 9105 }),
  ...identityVariables,
  ...signingVariables,
  ...postgresVariables,
  ...redisVariables,
  ...queueVariables,
  QUEUE_SWEEP_MS: Type.Integer({
    minimum: 50,
    default: 5_000,
    description: 'Milliseconds between searches for jobs that are stored but not queued.',
  }),
  CANVAS_URL: serviceUrl('Where the canvas service answers.'),
  LLM_ROUTER_URL: serviceUrl('Where the router of language models answers.'),
};

export type JobWorkerConfig = ConfigOf<typeof jobWorkerVariables>;
