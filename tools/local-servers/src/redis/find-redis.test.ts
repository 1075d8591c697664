import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { projectCache } from '../project-cache.ts';
import { redisCommands } from '../test-support/redis-commands.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { isRecentEnough } from './binary.ts';
import { debianRedis, debianRelease } from './debian-packages.ts';
import { findRedis } from './find-redis.ts';
import { startRedis } from './start-redis.ts';

const silent = () => {};
const release = await debianRelease();

/** Creates the only program on the PATH. */
async function putOnPath(name: string, script: string): Promise<string> {
  const folder = await temporaryFolder();
  const command = join(folder, name);
  await writeFile(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:/nonexistent`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return command;
}

/** Like a machine without a network: apt finds no packages. */
async function takeSourcesAway(): Promise<void> {
  const configuration = join(await temporaryFolder(), 'apt.conf');
  await writeFile(configuration, 'Dir::Etc { SourceList "/dev/null"; SourceParts "/dev/null"; }\n');
  vi.stubEnv('APT_CONFIG', configuration);
  onTestFinished(() => void vi.unstubAllEnvs());
}

test('versions before 6.2 are too old', () => {
  expect(['6.0.16', '5.0.7', '6.1.999'].filter(isRecentEnough)).toEqual([]);
  expect(['6.2.0', '7.0.15', '10.0.0'].filter(isRecentEnough)).toHaveLength(3);
});

test('a server on the PATH is preferred to a download', async () => {
  const own = await findRedis(projectCache(), silent);
  const script = `LD_LIBRARY_PATH='${own.libraryPath ?? ''}' exec '${own.command}' "$@"`;
  await putOnPath('valkey-server', script);
  const directory = join(await temporaryFolder(), 'redis');
  const server = await startRedis({ directory, persistent: false, cacheDirectory: '/dev/null' });
  onTestFinished(server.stop);
  expect(server.version).toBe(own.version);
  expect(await redisCommands(server.url, 'EXISTS any')).toEqual([':0']);
});

test('without any Redis, the message names what was found and what to do', async () => {
  const command = await putOnPath('redis-server', 'echo Redis server v=6.0.16 sha=0 bits=64');
  const search = findRedis('/dev/null/no-folder', silent);
  await expect(search).rejects.toThrow(`(${command} is version 6.0.16; `);
  await expect(search).rejects.toThrow(/REDIS_URL.*docker compose up -d redis.*brew install redis/);
});

describe.runIf(release !== undefined)("the distribution's packages", () => {
  test('are downloaded once, even concurrently, and need no network afterwards', async () => {
    const cache = await temporaryFolder();
    const lines: string[] = [];
    const download = () => debianRedis(release ?? '', cache, (line) => lines.push(line));
    const [first, second] = await Promise.all([download(), download()]);
    expect(first).toEqual(second);
    expect(await readdir(cache)).toEqual([`redis-${release}-${process.arch}`]);
    lines.length = 0;
    await takeSourcesAway();
    expect(await download()).toEqual(first);
    expect(lines).toEqual([]);
  });

  test('leave nothing behind if the download fails', async () => {
    const cache = await temporaryFolder();
    await takeSourcesAway();
    await expect(debianRedis(release ?? '', cache, silent)).rejects.toThrow(/^apt-get: /);
    expect(await readdir(cache)).toEqual([]);
  });
});
