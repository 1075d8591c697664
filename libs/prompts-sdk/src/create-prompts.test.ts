import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@valuecanvas/contracts-core';
import { type ActivePrompt, promptsChannel } from '@valuecanvas/contracts-prompt-registry';
import { createKeys, createWaitingRedis, publish, type Redis } from '@valuecanvas/redis';
import { createTestRedis, eventually, type TestRedis } from '@valuecanvas/testing';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createPrompts, type Prompts, type PromptsOptions } from './create-prompts.ts';
import { openSnapshotFile, type SnapshotFile } from './snapshot-file.ts';

/** Longer than any test, so that no update comes from polling. */
const never = 3_600_000;

let testRedis: TestRedis;
const ends: (() => void)[] = [];

beforeAll(() => {
  testRedis = createTestRedis();
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => testRedis.stop());

const prompt = (promptKey: string, template: string): ActivePrompt => ({
  versionId: randomUUID(),
  promptKey,
  version: 1,
  template,
  variables: [{ name: 'name', required: true }],
  metadata: { author: 'a', description: '', tags: [] },
});

interface Registry {
  readonly client: PromptsOptions['client'];
  /** Received values of if-none-match, in order. */
  readonly asked: (string | undefined)[];
  /** Sets the prompts that it returns. Undefined makes it fail. */
  release(prompts: readonly ActivePrompt[] | undefined): void;
}

/** Behaves as the registry's snapshot route. */
function registry(): Registry {
  let prompts: readonly ActivePrompt[] | undefined;
  const asked: (string | undefined)[] = [];
  return {
    asked,
    client: {
      async getPromptSnapshot({ headers = {} }) {
        if (!prompts) throw new AppError('DEPENDENCY_UNAVAILABLE');
        const version = prompts.map(({ versionId }) => versionId).join();
        asked.push(headers['if-none-match']);
        return headers['if-none-match'] === `"${version}"` ? undefined : { version, prompts: [...prompts] };
      },
    },
    release(next) {
      prompts = next;
    },
  };
}

interface Started {
  readonly prompts: Prompts;
  readonly redis: Redis;
  readonly errors: unknown[];
}

function start(client: PromptsOptions['client'], pollMs = never, file?: SnapshotFile): Started {
  const errors: unknown[] = [];
  const redis = createWaitingRedis({ url: testRedis.url, name: 'test', onError: () => undefined });
  const prompts = createPrompts({
    client,
    redis,
    keys: createKeys(testRedis.prefix),
    service: 'canvas',
    onError: (error) => errors.push(error),
    pollMs,
    file,
  });
  ends.push(() => {
    prompts.stop();
    redis.disconnect();
  });
  return { prompts, redis, errors };
}

/** Fetches at start and after the connection to Redis. Later fetches have another cause. */
const firstFetches = (source: Registry) => eventually(() => expect(source.asked).toHaveLength(2));

const announce = () =>
  publish(testRedis.client, createKeys(testRedis.prefix)(...promptsChannel), randomUUID());

test('a prompt is rendered locally and names its version', async () => {
  const source = registry();
  const hello = prompt('hello', 'Hello {{name}}');
  source.release([hello]);
  const { prompts } = start(source.client);
  expect(await prompts.ready(5_000)).toBe(true);
  expect(prompts.resolve('hello')).toEqual(hello);
  expect(prompts.render('hello', { name: 'Anna' })).toEqual({
    content: 'Hello Anna',
    messages: [{ role: 'user', content: 'Hello Anna' }],
    versionId: hello.versionId,
    version: 1,
    metadata: hello.metadata,
  });
});

test('before the first prompts have arrived, the error is DEPENDENCY_UNAVAILABLE and not NOT_FOUND', async () => {
  const { prompts } = start(registry().client);
  expect(await prompts.ready(10)).toBe(false);
  expect(() => prompts.resolve('hello')).toThrow(expect.objectContaining({ code: 'DEPENDENCY_UNAVAILABLE' }));
});

test('an unknown key is not found', async () => {
  const source = registry();
  source.release([]);
  const { prompts } = start(source.client);
  await prompts.ready(5_000);
  expect(() => prompts.render('hello', {})).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

test('variables that do not match the prompt are rejected', async () => {
  const source = registry();
  source.release([prompt('hello', 'Hello {{name}}')]);
  const { prompts } = start(source.client);
  await prompts.ready(5_000);
  expect(() => prompts.render('hello', {})).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
});

test('after a message, new prompts are available and removed ones are not', async () => {
  const source = registry();
  source.release([prompt('hello', 'Hello {{name}}')]);
  const { prompts } = start(source.client);
  await firstFetches(source);
  source.release([prompt('bye', 'Bye {{name}}')]);
  await eventually(async () => {
    await announce();
    expect(prompts.render('bye', { name: 'Anna' }).content).toBe('Bye Anna');
  });
  expect(() => prompts.resolve('hello')).toThrow();
});

test('without messages, polling finds new prompts and fetches only changes', async () => {
  const source = registry();
  const hello = prompt('hello', 'Hello {{name}}');
  source.release([hello]);
  const { prompts, redis } = start(source.client, 20);
  await prompts.ready(5_000);
  redis.disconnect();
  await eventually(() => expect(source.asked).toContain(`"${hello.versionId}"`));
  expect(prompts.resolve('hello')).toEqual(hello);
  source.release([prompt('bye', 'Bye {{name}}')]);
  await eventually(() => expect(prompts.resolve('bye').promptKey).toBe('bye'));
});

test('the last known prompts are used while the registry is unavailable, and the failure is reported', async () => {
  const source = registry();
  const hello = prompt('hello', 'Hello {{name}}');
  source.release([hello]);
  const { prompts, errors } = start(source.client, 20);
  await prompts.ready(5_000);
  source.release(undefined);
  await eventually(() => expect(errors).not.toEqual([]));
  expect(prompts.resolve('hello')).toEqual(hello);
});

test('a label is resolved to its version, and an unknown label is not found', async () => {
  const [active, staged] = [prompt('hello', 'Hello {{name}}'), prompt('hello', 'Hi {{name}}')];
  const { versionId } = staged;
  const client: PromptsOptions['client'] = {
    getPromptSnapshot: async () => ({
      version: '1',
      prompts: [active],
      labels: [{ promptKey: 'hello', environment: 'eu', label: 'staging', versionId }],
      labelled: [staged],
    }),
  };
  const { prompts } = start(client);
  await prompts.ready(5_000);
  expect(prompts.resolve('hello', { label: 'production' })).toEqual(active);
  const staging = { label: 'staging', environment: 'eu' };
  expect(prompts.render('hello', { name: 'Anna' }, staging)).toMatchObject({ content: 'Hi Anna', versionId });
  for (const unknown of [{ label: 'staging' }, { environment: 'eu' }, { ...staging, label: 'other' }])
    expect(() => prompts.resolve('hello', unknown)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

const trialId = '0197a0d2-0000-7000-8000-000000000001';
const text = `${'A line of the prompt. '.repeat(100)}{{name}}`;
const [current, candidate] = [prompt('hello', text), prompt('hello', `${text}!`)];

/** Starts a canary of `candidate` in the first of its steps. */
async function startTrial(percentage: number, step = 0): Promise<Prompts> {
  const candidateWeight = percentage * 1_000;
  const { prompts } = start({
    getPromptSnapshot: async () => ({
      version: '1',
      prompts: [current],
      labels: [
        { promptKey: 'hello', environment: 'default', label: 'staging', versionId: current.versionId },
      ],
      labelled: [current, candidate],
      trials: [
        {
          id: trialId,
          promptKey: 'hello',
          environment: 'default',
          step,
          coverage: 100,
          arms: [
            { name: 'candidate', weight: candidateWeight, versionId: candidate.versionId },
            { name: 'current', weight: 100_000 - candidateWeight, versionId: current.versionId },
          ],
        },
      ],
    }),
  });
  await prompts.ready(5_000);
  return prompts;
}

const units = Array.from({ length: 2_000 }, (_, index) => `unit-${index}`);

test('a unit gets the version of its arm, which its execution can name', async () => {
  const prompts = await startTrial(25, 2);
  const arms = units.map((unit) => {
    const { versionId, assignment } = prompts.render('hello', { name: 'Anna' }, { unit });
    expect(assignment).toMatchObject({ trialId, step: 2 });
    expect(versionId).toBe((assignment?.arm === 'candidate' ? candidate : current).versionId);
    return assignment?.arm;
  });
  const share = arms.filter((arm) => arm === 'candidate').length / units.length;
  expect(share).toBeGreaterThan(0.22);
  expect(share).toBeLessThan(0.28);
});

test('a larger step of a canary moves units to the candidate, and none back', async () => {
  const withCandidate = async (percentage: number) => {
    const prompts = await startTrial(percentage);
    return new Set(
      units.filter((unit) => prompts.resolve('hello', { unit }).assignment?.arm === 'candidate'),
    );
  };
  const [few, many] = [await withCandidate(5), await withCandidate(50)];
  expect(few.size).toBeGreaterThan(0);
  expect(many.size).toBeGreaterThan(few.size);
  expect([...few].filter((unit) => !many.has(unit))).toEqual([]);
});

test('a request without a unit, or for another label, takes part in no trial', async () => {
  const prompts = await startTrial(99);
  expect(prompts.resolve('hello')).toEqual(current);
  for (const unit of units.slice(0, 20))
    expect(prompts.resolve('hello', { unit, label: 'staging' })).toEqual(current);
});

test.each([undefined, { unit: 'unit-1' }])(
  'with %j, a prompt is resolved and rendered in less than 5 µs',
  async (reference) => {
    const prompts = await startTrial(50);
    const batch = 10_000;
    const microseconds = Array.from({ length: 20 }, () => {
      const startedAt = performance.now();
      for (let rendered = 0; rendered < batch; rendered += 1)
        prompts.render('hello', { name: 'Anna' }, reference);
      return ((performance.now() - startedAt) * 1_000) / batch;
    });
    // The fastest batch is the one that other processes of the machine have disturbed least.
    expect(Math.min(...microseconds)).toBeLessThan(5);
  },
);

/** Returns the path of a file in a folder of its own. */
async function filePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prompts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'prompts.json');
}

const openFile = (path: string, errors: unknown[] = []) =>
  openSnapshotFile(path, (error) => errors.push(error));

test('a service starts with the prompts of its file while the registry is unavailable, and follows it later', async () => {
  const path = await filePath();
  const source = registry();
  const [hello, hi] = [prompt('hello', 'Hello {{name}}'), prompt('hello', 'Hi {{name}}')];
  source.release([hello]);
  const first = start(source.client, never, await openFile(path));
  await first.prompts.ready(5_000);
  await eventually(async () => expect(JSON.parse(await readFile(path, 'utf8')).prompts).toEqual([hello]));
  first.prompts.stop();
  source.release(undefined);
  const { prompts, errors } = start(source.client, 20, await openFile(path));
  expect(await prompts.ready(5_000)).toBe(true);
  expect(prompts.render('hello', { name: 'Anna' }).content).toBe('Hello Anna');
  expect(errors).not.toEqual([]);
  source.release([hi]);
  await eventually(() => expect(prompts.render('hello', { name: 'Anna' }).content).toBe('Hi Anna'));
  await eventually(async () => expect(await readFile(path, 'utf8')).toContain('Hi {{name}}'));
  expect(await readdir(join(path, '..'))).toEqual(['prompts.json']);
});

test.each(['{"version":', '{"version":"1","prompts":[{"promptKey":"hello"}]}'])(
  'the file %s is reported and not used',
  async (text) => {
    const path = await filePath();
    await writeFile(path, text);
    const errors: unknown[] = [];
    expect((await openFile(path, errors)).initial).toBeUndefined();
    expect(errors).toHaveLength(1);
  },
);

test('a file that cannot be written is reported and does not disturb the prompts', async () => {
  const path = join(await filePath(), 'absent', 'prompts.json');
  const source = registry();
  source.release([prompt('hello', 'Hello {{name}}')]);
  const errors: unknown[] = [];
  const { prompts } = start(source.client, never, await openFile(path, errors));
  await prompts.ready(5_000);
  await eventually(() => expect(errors).toHaveLength(1));
  expect(prompts.render('hello', { name: 'Anna' }).content).toBe('Hello Anna');
});

test('during a refresh that hangs, the known prompts are used without waiting', async () => {
  const source = registry();
  const hello = prompt('hello', 'Hello {{name}}');
  source.release([hello]);
  let isHanging = false;
  let hanging = 0;
  const client: PromptsOptions['client'] = {
    getPromptSnapshot(input, call) {
      if (!isHanging) return source.client.getPromptSnapshot(input, call);
      hanging += 1;
      return new Promise(() => undefined);
    },
  };
  const { prompts } = start(client, 20);
  await prompts.ready(5_000);
  isHanging = true;
  await eventually(() => expect(hanging).toBe(1));
  expect(prompts.render('hello', { name: 'Anna' }).content).toBe('Hello Anna');
});

test('any number of callers that wait for the first prompts share one fetch', async () => {
  const answer = Promise.withResolvers<undefined>();
  const source = registry();
  source.release([prompt('hello', 'Hello {{name}}')]);
  let fetches = 0;
  const client: PromptsOptions['client'] = {
    async getPromptSnapshot(input, call) {
      fetches += 1;
      await answer.promise;
      return source.client.getPromptSnapshot(input, call);
    },
  };
  const { prompts } = start(client);
  const waiting = Array.from({ length: 50 }, () => prompts.ready(5_000));
  expect(fetches).toBe(1);
  answer.resolve(undefined);
  expect(await Promise.all(waiting)).toEqual(Array(50).fill(true));
});
