import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { services } from '@valuecanvas/database';
import { freePort } from '@valuecanvas/local-servers';
import { expect, onTestFinished, test } from 'vitest';
import { demoAccounts } from '../src/demo-accounts.ts';
import { isFree } from '../src/ports.ts';
import { isAlive, type ProcessIdentity } from '../src/process-identity.ts';
import { readRunRecord } from '../src/run-record.ts';
import { runCommand } from './run-command.ts';
import { projectRoot, type StackProcess, startStack } from './stack-process.ts';
import { useStateFolder } from './state-folder.ts';

/** Time for two starts on a busy machine. */
const timeout = 600_000;

const stateFolder = useStateFolder();

/** The services and the simulator on record in the state, by name. */
const recorded = () => readRunRecord(join(stateFolder(), 'run.json'))?.processes ?? {};

const processesOf = (): ProcessIdentity[] => Object.values(recorded());

function databasePorts(stack: StackProcess): number[] {
  return [...stack.output().matchAll(/runs on port (\d+)/g)].map(([, port]) => Number(port));
}

/** Kills a database, like a system that runs out of memory. */
async function killDatabase(stack: StackProcess, name: string): Promise<void> {
  const port = new RegExp(`^${name} .* runs on port (\\d+)`, 'm').exec(stack.output())?.[1];
  const pid = Number(await runCommand('pgrep', ['-f', '--', `-p(ort)? ${port}( |$)`]));
  process.kill(pid, 'SIGKILL');
}

interface Sent {
  readonly path: string;
  readonly method?: 'POST';
  readonly body?: string;
  readonly token?: string;
}

/** Sends a request on its own connection and reads its reply. */
async function send(
  port: number,
  { path, method, body, token }: Sent,
): Promise<{ status: string; text: string }> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const sent = request(`http://127.0.0.1:${port}${path}`, {
    agent: false,
    headers,
    ...(method === undefined ? {} : { method }),
  });
  sent.end(body);
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: String(response.statusCode), text: await readText(response) };
  } catch (error) {
    return { status: String((error as NodeJS.ErrnoException).code), text: String(error) };
  }
}

/** The services that were restarted so far, oldest first. */
function restarted(stack: StackProcess): (string | undefined)[] {
  return [...stack.output().matchAll(/^(\S+) restarted in [\d.]+ s$/gm)].map(([, service]) => service);
}

/** Requests that each reach another service, the gateway first. */
const servicesInUse: readonly Sent[] = [
  { path: '/health/live' },
  { path: '/api/llm/chat', method: 'POST', body: '{"prompt":"Why?"}' },
  { path: '/api/canvas' },
  { path: '/api/prompts/canvas.generate' },
  { path: '/api/flags/evaluate' },
  { path: '/api/queue/metrics' },
];

const succeeded = ({ path }: Sent): string => `${path}: 200`;

/** Time between two rounds of requests, so that they do not slow down what they observe. */
const betweenRoundsMs = 150;

/** Sends requests of an admin to all services, one after the other, and returns their different outcomes. */
async function outcomesUntil(end: AbortSignal, port: number): Promise<Set<string>> {
  const admin = demoAccounts.find(({ role }) => role === 'admin');
  const login = { email: admin?.email, password: admin?.password };
  const { text } = await send(port, {
    path: '/auth/v1/token?grant_type=password',
    method: 'POST',
    body: JSON.stringify(login),
  });
  const { access_token: token } = JSON.parse(text) as { access_token: string };
  const outcomes = new Set<string>();
  const round = async (): Promise<boolean> => {
    for (const next of servicesInUse) {
      const { status, text: reply } = await send(port, { ...next, token });
      outcomes.add(status === '200' ? succeeded(next) : `${next.path}: ${status} ${reply}`);
    }
    return end.aborted;
  };
  await expect.poll(round, { interval: betweenRoundsMs, timeout }).toBe(true);
  return outcomes;
}

/** The commands of "A first canvas" on the ready screen, as a user would paste them. */
function firstCanvas(stack: StackProcess): string {
  return /A first canvas[^:]*:\n(.*?)\n\n/s.exec(`${stack.output().replace(':\n\n', ':\n')}`)?.[1] ?? '';
}

function smoke(port: number): Promise<string> {
  const admin = demoAccounts.find(({ role }) => role === 'admin');
  const account = ['--admin-email', admin?.email ?? '', '--admin-password', admin?.password ?? ''];
  const url = `http://localhost:${port}`;
  return runCommand(process.execPath, ['tools/smoke/src/main.ts', url, ...account]);
}

test(
  'one command starts the platform, a canvas is generated, and Ctrl-C leaves no process running',
  async () => {
    const port = await freePort();
    const stack = startStack(stateFolder(), port);
    await stack.ready();
    const processes = processesOf();
    expect(processes.filter(isAlive)).toHaveLength(services.length + 1);

    const generated = await runCommand('sh', ['-c', firstCanvas(stack)]);
    expect(generated).toContain('"canvasId"');
    expect(generated).toContain('"provider":"simulator"');
    expect(await smoke(port)).toMatch(/^\d+ passed, 0 failed$/m);

    expect(await stack.end('SIGINT')).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    const ports = [port, ...databasePorts(stack)];
    expect(ports).toHaveLength(3);
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true]);
  },
  timeout,
);

/** Waits until no process of a platform runs. */
async function allEnded(stack: StackProcess, processes: readonly ProcessIdentity[]): Promise<void> {
  const databases = databasePorts(stack);
  expect(databases).toHaveLength(2);
  await expect.poll(() => processes.filter(isAlive)).toEqual([]);
  await expect.poll(() => Promise.all(databases.map(isFree))).toEqual([true, true]);
}

test(
  'everything ends with a killed starter or npm, the next start has the data, and --watch replaces every service without a failed request',
  async () => {
    const port = await freePort();
    const killed = startStack(stateFolder(), port);
    await killed.ready();
    const processes = processesOf();
    await killed.end('SIGKILL');
    await allEnded(killed, processes);

    const next = startStack(stateFolder(), port, {
      by: 'npm',
      more: ['--watch'],
      settings: { RATE_LIMIT_PER_MINUTE: '100000' },
    });
    await next.ready();
    expect(next.output()).not.toMatch(/Creating|migrations applied/);
    const before = recorded();
    const now = new Date();
    await utimes(join(projectRoot, 'apps/canvas/src/main.ts'), now, now);
    await expect.poll(next.output, { timeout: 120_000 }).toMatch(/^canvas restarted in [\d.]+ s$/m);
    expect(recorded()).toEqual({ ...before, canvas: expect.anything() });
    expect(recorded().canvas).not.toEqual(before.canvas);
    // The service's log, one line per event.
    expect(next.output()).toMatch(/^canvas +\d\d:\d\d:\d\d\.\d{3} INFO /m);

    const end = new AbortController();
    onTestFinished(() => end.abort());
    const outcomes = outcomesUntil(end.signal, port);
    // Every service depends on it.
    await utimes(join(projectRoot, 'libs/service-kit/src/index.ts'), now, now);
    await expect
      .poll(() => restarted(next).slice(1).toSorted(), { timeout: 240_000 })
      .toEqual([...services].toSorted());
    end.abort();
    expect(await outcomes).toEqual(new Set(servicesInUse.map(succeeded)));

    const successors = processesOf();
    process.kill(next.pid, 'SIGKILL');
    await next.ended;
    await allEnded(next, successors);
  },
  timeout,
);

test.each(['PostgreSQL', 'Redis'])(
  'when %s ends, the platform reports it and stops in order, also with all services in one process',
  async (name) => {
    const port = await freePort();
    const stack = startStack(stateFolder(), port, { more: ['--single'] });
    await stack.ready();
    const processes = processesOf();
    expect(processes.filter(isAlive)).toHaveLength(2);
    expect(await smoke(port)).toMatch(/^\d+ passed, 0 failed$/m);
    await killDatabase(stack, name);

    expect(await stack.ended).toBe(1);
    expect(stack.output()).toMatch(new RegExp(`^${name} ended \\(SIGKILL\\).*\\.log`, 'm'));
    expect(stack.output()).toContain('The next `npm start` continues with the same data.');
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await Promise.all(databasePorts(stack).map(isFree))).toEqual([true, true]);
  },
  timeout,
);
