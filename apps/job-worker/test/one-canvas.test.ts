import { startCommitGate, startServiceProcess } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { startCanvas } from './support/canvas-process.ts';
import { usePlatform } from './support/platform.ts';

const platform = usePlatform();

const canvases = () =>
  platform.database.query<{ id: string; business_description: string }>(
    'select id, business_description from canvases where user_id = $1',
    [platform.user.userId],
  );

const generationOf = (businessDescription: string) => ({
  type: 'canvas_generation',
  promptVariables: { businessDescription },
});

test.each(['before', 'after'] as const)(
  'a worker killed %s the commit of its result leaves one canvas and one model call',
  async (side) => {
    const canvas = await startCanvas(platform.backends);
    const gate = await startCommitGate(platform.database.urlFor('job-worker'), {
      statement: 'insert into "llm_job_results"',
      side,
    });
    const doomed = await startServiceProcess(
      'job-worker',
      platform.processEnvironment({ CANVAS_URL: canvas.url, DATABASE_URL: gate.url }),
    );
    const jobId = await platform.store('canvas_generation', generationOf('A bakery'));
    await gate.stopped;
    await doomed.kill();
    expect(await canvases()).toHaveLength(1);

    await platform.start({ CANVAS_URL: canvas.url });
    await platform.reaches(jobId, 'completed', 60_000);
    const [made, ...surplus] = await canvases();
    expect(surplus).toEqual([]);
    expect(await platform.results(jobId)).toMatchObject([{ canvas_id: made?.id }]);
    expect(canvas.routerKeys).toHaveLength(1);
  },
);
