import { defineRoute, file, user } from '@valuecanvas/contracts-core';

export const exportAccount = defineRoute({
  id: 'account.export',
  method: 'GET',
  path: '/api/user/export',
  summary: 'Export your data',
  description:
    'Everything that the platform stores about you, as one JSON document: profile, API keys without their secrets, canvases with revisions, links and findings, deleted canvases that can be recovered, jobs with their results, executions of prompts with your ratings, usage by model and day in reports of a year each since the account was created, and budget alerts. A connection that breaks before the end leaves an incomplete document, which is not valid JSON.',
  auth: user,
  reply: file('application/json'),
  deadlineMs: 300_000,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
