import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { commandLine } from '../processes.ts';
import { redisCommands } from '../test-support/redis-commands.ts';
import { sleepingStranger } from '../test-support/sleeping-stranger.ts';
import { starterProcess } from '../test-support/starter-process.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { type RedisOptions, type RunningRedis, removeRedis, startRedis } from './start-redis.ts';

type Choice = Partial<RedisOptions> & { directory: string };

/** A server that is stopped and deleted when the test ends. */
async function start(choice: Choice): Promise<RunningRedis> {
  const server = await startRedis({ persistent: false, ...choice });
  onTestFinished(async () => {
    await server.stop();
    await removeRedis(choice.directory);
  });
  return server;
}

async function serverFolder(): Promise<string> {
  return join(await temporaryFolder(), 'with a space', 'redis');
}

describe('a start', () => {
  test('starts a server that never evicts keys', async () => {
    const server = await start({ directory: await serverFolder() });
    expect(await redisCommands(server.url, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
    expect(server.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('reports how its server ended if it was not stopped', async () => {
    const server = await start({ directory: await serverFolder() });
    process.kill(server.pid, 'SIGKILL');
    expect(await server.ended).toBe('SIGKILL');
    expect(await readFile(server.logFile, 'utf8')).toContain('Ready to accept connections');
  });

  test('keeps the data of an earlier start if both are persistent', async () => {
    const directory = await serverFolder();
    const first = await start({ directory, persistent: true });
    await redisCommands(first.url, 'SET kept 7');
    await first.stop();
    expect(await commandLine(first.pid)).toBeUndefined();
    const second = await start({ directory, persistent: true });
    expect(await redisCommands(second.url, 'INCR kept')).toEqual([':8']);
  });

  test('starts empty if it is not persistent', async () => {
    const directory = await serverFolder();
    const first = await start({ directory });
    await redisCommands(first.url, 'SET forgotten 7');
    await first.stop();
    const second = await start({ directory });
    expect(await redisCommands(second.url, 'EXISTS forgotten')).toEqual([':0']);
  });

  test('uses the given port, and reports if it is taken', async () => {
    const port = await freePort();
    await start({ directory: await serverFolder(), port });
    const other = startRedis({ directory: await serverFolder(), port, persistent: false });
    await expect(other).rejects.toThrow(`Port ${port} is taken, so Redis cannot use it`);
  });

  test('in a folder that a live process uses is refused without side effects', async () => {
    const directory = await serverFolder();
    const server = await start({ directory });
    await expect(startRedis({ directory, persistent: false })).rejects.toThrow(
      `Redis is already run by process ${process.pid}`,
    );
    await expect(removeRedis(directory)).rejects.toThrow('already run');
    expect(await redisCommands(server.url, 'EXISTS any')).toEqual([':0']);
  });
});

describe('the password', () => {
  test('is required', async () => {
    const server = await start({ directory: await serverFolder() });
    const [reply] = await redisCommands(`redis://127.0.0.1:${server.port}`, 'GET any');
    expect(reply).toMatch(/^-NOAUTH/);
  });

  test('is in no command line and in no file that other users can read', async () => {
    const directory = await serverFolder();
    const server = await start({ directory });
    const { password } = new URL(server.url);
    expect(await commandLine(server.pid)).not.toContain(password);
    const file = join(directory, 'redis.conf');
    expect(await readFile(file, 'utf8')).toContain(password);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe('after a crash', () => {
  test('a killed server starts again with its data', async () => {
    const directory = await serverFolder();
    const first = await start({ directory, persistent: true });
    await redisCommands(first.url, 'SET kept 7');
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    const second = await start({ directory, persistent: true });
    expect(await redisCommands(second.url, 'INCR kept')).toEqual([':8']);
  });

  test('a pid file with the pid of an unrelated process does not end that process', async () => {
    const directory = await serverFolder();
    const first = await start({ directory });
    await first.stop();
    const stranger = await sleepingStranger();
    await writeFile(join(directory, 'redis.pid'), `${stranger}\n`);
    await start({ directory });
    expect(await commandLine(stranger)).toBe('sleep 60');
  });

  test('the server ends with a killed starter, and the next start has its data', async () => {
    const directory = await serverFolder();
    const starter = starterProcess('redis', directory);
    const url = await starter.nextLine();
    expect(await redisCommands(url, 'SET kept 7')).toEqual(['+OK']);
    await starter.end('SIGKILL');
    await expect.poll(() => redisCommands(url, 'GET kept')).toEqual([]);
    const next = await start({ directory, persistent: true });
    expect(await redisCommands(next.url, 'INCR kept')).toEqual([':8']);
  });

  test('removal also stops a server that a killed starter left', async () => {
    const directory = await serverFolder();
    const starter = starterProcess('redis', directory);
    const url = await starter.nextLine();
    await starter.end('SIGKILL');
    await removeRedis(directory);
    expect(await redisCommands(url, 'GET any')).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });
});
