import { eventually } from '../eventually.ts';
import { expect, expectCompletionFacts, text } from '../expectations.ts';
import { Mismatch } from '../mismatch.ts';
import type { Smoke } from '../smoke.ts';
import type { Account } from './accounts.ts';

const ended = ['completed', 'failed', 'cancelled'];

export async function checkJobs(smoke: Smoke, account: Account): Promise<void> {
  const { api, check } = smoke;
  const { token } = account;
  const jobId = await check('a job is accepted', () => submit(smoke, account));
  if (jobId) {
    const done = await check('it is done in the background', () => untilCompleted(smoke, account, jobId));
    if (done) {
      await check('its result is stored', async () => {
        const result = await api.data(`/api/queue/llm/${jobId}/result`, { token });
        expectCompletionFacts(result);
        const canvas = `/api/canvas/${text(result, 'canvasId')}`;
        await api.data(canvas, { token });
        await api.send(canvas, { method: 'DELETE', token, status: 204 });
      });
    }
  }
  await check('another job is cancelled', () => cancelOne(smoke, account));
}

async function submit({ api }: Smoke, { token }: Account): Promise<string> {
  const body = {
    type: 'canvas_generation',
    promptKey: 'canvas.generate',
    promptVariables: { businessDescription: 'A repair café for bicycles' },
  };
  const job = await api.data('/api/queue/llm', { method: 'POST', token, body, status: 202 });
  expect(job.status === 'queued', 'the job is queued');
  text(job, 'statusUrl');
  return text(job, 'jobId');
}

async function untilCompleted(smoke: Smoke, account: Account, jobId: string): Promise<true> {
  const job = await untilEnded(smoke, account, jobId);
  expect(job.status === 'completed', `the job completes: ${JSON.stringify(job)}`);
  return true;
}

function untilEnded({ api }: Smoke, { token }: Account, jobId: string): Promise<Record<string, unknown>> {
  return eventually(
    () => api.data(`/api/queue/llm/${jobId}`, { token }),
    ({ status }) => ended.includes(String(status)),
    { withinMs: 120_000, everyMs: 200, what: 'the job ends' },
  );
}

/**
 * A job may complete before it is cancelled: then the next one is tried. A running job ends as cancelled once its worker
 * has noticed.
 */
async function cancelOne(smoke: Smoke, account: Account): Promise<void> {
  for (let attempt = 1; attempt <= 4; attempt++) {
    const jobId = await submit(smoke, account);
    if (!(await cancel(smoke, account, jobId))) continue;
    const job = await untilEnded(smoke, account, jobId);
    return expect(job.status === 'cancelled', `the job ends as cancelled: ${JSON.stringify(job)}`);
  }
  throw new Mismatch('four jobs in a row completed before they could be cancelled');
}

async function cancel({ api }: Smoke, { token }: Account, jobId: string): Promise<boolean> {
  try {
    await api.data(`/api/queue/llm/${jobId}`, { method: 'DELETE', token });
    return true;
  } catch (error) {
    if (error instanceof Mismatch && error.status === 409) return false;
    throw error;
  }
}
