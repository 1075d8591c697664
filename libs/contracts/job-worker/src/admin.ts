import {
  data,
  defineRoute,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { jobCatalogue } from './catalogue.ts';
import { Job, jobParams, jobStatuses } from './job.ts';

const kind = Type.Enum(Object.keys(jobCatalogue), { description: 'Kind of the job.' });
const errorCode = Type.String({ maxLength: 100, description: 'Code of the failure.' });

export const AdminJob = Type.Object(
  {
    jobId: field.uuid('Id of the job.'),
    type: Type.String({ description: 'Kind of the job.' }),
    status: Job.properties.status,
    progress: Job.properties.progress,
    attempts: Job.properties.attempts,
    lostAttempts: field.count('Attempts whose worker was lost.'),
    priority: Type.Integer({ minimum: 0, description: 'Jobs with a higher priority run first.' }),
    userId: Type.Optional(field.uuid('Id of the submitter. Absent for a job of the platform.')),
    tier: Type.Optional(Type.String({ description: 'Tier of the submitter at the submission.' })),
    batchId: Type.Optional(field.uuid('Id of the batch with which it was submitted.')),
    createdAt: Job.properties.createdAt,
    startedAt: Job.properties.startedAt,
    finishedAt: Job.properties.finishedAt,
    error: Job.properties.error,
    redrives: field.count('Times that an operator has let the failed job run again.'),
    redriveId: Type.Optional(field.uuid('Id of the latest redrive.')),
    requestId: Type.Optional(Type.String({ description: 'Id of the request that submitted the job.' })),
    traceId: Type.Optional(Type.String({ description: 'Id of the trace that the job continues.' })),
    cost: Type.Optional(field.dollars('Cost of its result. Absent until it is completed.')),
  },
  {
    title: 'AdminJob',
    description: 'A background job, as operators see it: without its request, its metadata and its result.',
  },
);
export type AdminJob = Static<typeof AdminJob>;

export const listAllJobs = defineRoute({
  id: 'jobs.list',
  method: 'GET',
  path: '/api/admin/jobs',
  summary: 'List the jobs of all users',
  description: 'The jobs of users and of the platform, newest first. All given filters apply.',
  auth: permission('jobs:read'),
  query: listQuery({
    status: Type.Optional(Type.Enum(jobStatuses, { description: 'State of the jobs.' })),
    type: Type.Optional(kind),
    userId: Type.Optional(field.uuid('Id of the submitter.')),
    batchId: Type.Optional(field.uuid('Id of a batch.')),
    redriveId: Type.Optional(field.uuid('Id of a redrive: the jobs that it let run again.')),
    errorCode: Type.Optional(errorCode),
  }),
  reply: list(AdminJob),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const getAnyJob = defineRoute({
  id: 'jobs.get',
  method: 'GET',
  path: '/api/admin/jobs/:jobId',
  summary: 'Get a job of any user',
  description: 'Returns a job of a user or of the platform.',
  auth: permission('jobs:read'),
  params: jobParams,
  reply: data(AdminJob),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const cancelAnyJob = defineRoute({
  id: 'jobs.cancel',
  method: 'DELETE',
  path: '/api/admin/jobs/:jobId',
  summary: 'Cancel a job of any user',
  description: 'Cancels a job that has not ended, even while it runs. Fails with CONFLICT if it has ended.',
  auth: permission('jobs:write'),
  params: jobParams,
  reply: data(AdminJob),
  errors: ['NOT_FOUND', 'CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

/** Maximum number of jobs that one request redrives. */
export const maxRedrivenJobs = 1_000;

const RedriveRequest = strictObject(
  {
    jobIds: Type.Optional(
      Type.Array(field.uuid('Id of a failed job.'), {
        minItems: 1,
        maxItems: maxRedrivenJobs,
        description: 'The jobs. Those that have not failed are ignored.',
      }),
    ),
    type: Type.Optional(kind),
    userId: Type.Optional(field.uuid('Id of the submitter.')),
    errorCode: Type.Optional(errorCode),
    failedFrom: Type.Optional(field.timestamp('Earliest time of the failure.')),
    failedTo: Type.Optional(field.timestamp('Time before which the jobs failed.')),
    dryRun: Type.Optional(
      Type.Boolean({ description: 'True to learn what would be redriven, without doing it. Default false.' }),
    ),
  },
  { title: 'RedriveRequest', description: 'Selects failed jobs. All given filters apply.' },
);
export type RedriveRequest = Static<typeof RedriveRequest>;

export const Redrive = Type.Object(
  {
    redriveId: Type.Optional(
      field.uuid(
        'Id of the redrive, by which its jobs can be listed. Absent for a dry run, and if there is no job.',
      ),
    ),
    jobs: field.count('Jobs that run again, or would: the oldest failures first, at most 1,000.'),
    remaining: field.count('Selected jobs beyond the first 1,000. Repeat the request for them.'),
    oldestAt: Type.Optional(field.timestamp('Submission of the oldest of the jobs.')),
    estimatedCost: field.dollars(
      'Estimated cost of the jobs: for each kind, the average of the last seven days. Kinds without a result in that time count as 0.',
    ),
  },
  { title: 'Redrive', description: 'Failed jobs that run again.' },
);
export type Redrive = Static<typeof Redrive>;

export const redriveJobs = defineRoute({
  id: 'jobs.redrive',
  method: 'POST',
  path: '/api/admin/jobs/redrive',
  summary: 'Run failed jobs again',
  description:
    'Returns failed jobs to the queue with all of their attempts. They run as their submitters and are charged to them.',
  auth: permission('jobs:write'),
  body: RedriveRequest,
  example: { errorCode: 'LLM_UNAVAILABLE', dryRun: true },
  reply: data(Redrive),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
