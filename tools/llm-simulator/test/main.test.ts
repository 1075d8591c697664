import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { readSettings } from '../src/settings.ts';

const main = new URL('../src/main.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], { env });
  children.push(child);
  return child;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const [line] = await once(createInterface({ input: stream }), 'line');
  return line;
}

describe('the process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'says when it is ready, serves, and stops on %s',
    async (signal) => {
      const child = start([], { SIMULATOR_MODELS: 'one,two' });
      const ready = JSON.parse(await firstLine(child.stdout));
      expect(ready).toEqual({
        ready: true,
        url: expect.any(String),
        adminUrl: expect.any(String),
        port: expect.any(Number),
      });
      const models = await fetch(`${ready.url}/models`);
      expect(await models.json()).toMatchObject({ data: [{ id: 'one' }, { id: 'two' }] });
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  test('reports an error in one sentence', async () => {
    const child = start(['--port', 'many']);
    expect(await firstLine(child.stderr)).toBe(
      'The port must be a whole number from 0 to 65535, not "many".',
    );
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});

describe('settings', () => {
  test('come from flags before variables', () => {
    const environment = {
      PORT: '4000',
      HOST: '::1',
      SIMULATOR_SEED: '7',
      SIMULATOR_KEYS: 'a, b',
      SIMULATOR_MODELS: '',
    };
    expect(readSettings(environment, ['--port', '5000', '--models', 'x,y'])).toEqual({
      port: 5000,
      host: '::1',
      seed: 7,
      keys: ['a', 'b'],
      models: ['x', 'y'],
    });
  });

  test('are empty if nothing is set', () => {
    expect(readSettings({}, [])).toEqual({});
  });
});
