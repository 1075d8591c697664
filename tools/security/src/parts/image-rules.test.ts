import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { faultsOfImage, filesOf } from './image-rules.ts';

const run = promisify(execFile);
const sound = { User: 'node', Env: ['PATH=/usr/bin', 'NODE_ENV=production'] };

test('files are read from the listing of a real archive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await writeFile(join(folder, 'usr/bin/su'), '');
  await chmod(join(folder, 'usr/bin/su'), 0o4755);
  await writeFile(join(folder, 'a file'), '');
  await symlink('usr/bin', join(folder, 'bin'));
  await run('tar', ['-C', folder, '-cf', join(folder, 'image.tar'), 'usr', 'bin', 'a file']);
  const { stdout } = await run('tar', ['-tvf', join(folder, 'image.tar')]);
  expect(filesOf(stdout)).toEqual(
    expect.arrayContaining([
      { path: 'usr/bin', mode: expect.stringMatching(/^d/) },
      { path: 'usr/bin/su', mode: '-rwsr-xr-x' },
      { path: 'a file', mode: expect.stringMatching(/^-rw/) },
      { path: 'bin', mode: 'lrwxrwxrwx' },
    ]),
  );
  expect(faultsOfImage(sound, filesOf(stdout))).toEqual([
    '/usr/bin/su runs with the rights of its owner (-rwsr-xr-x)',
  ]);
});

test('a sound image has no fault', () => {
  const files = [
    { path: 'tmp', mode: 'drwxrwxrwt' },
    { path: 'app/main.js', mode: '-rw-r--r--' },
    { path: 'app/.env.example', mode: '-rw-r--r--' },
    { path: 'bin', mode: 'lrwxrwxrwx' },
    { path: 'etc/ssl/certs/ca.pem', mode: '-rw-r--r--' },
  ];
  expect(faultsOfImage(sound, files)).toEqual([]);
});

test.each([
  ['', 'runs as root'],
  ['0:0', 'runs as root'],
  ['root', 'runs as root'],
])('the user %j is root', (User, what) => {
  expect(faultsOfImage({ ...sound, User }, [])).toEqual([what]);
});

test('a secret in a variable is found, an empty one is not', () => {
  const Env = ['REDIS_PASSWORD=hunter2', 'TOGETHER_API_KEY='];
  expect(faultsOfImage({ ...sound, Env }, [])).toEqual(['has a secret in the variable REDIS_PASSWORD']);
});

test.each([
  ['app/.env', '-rw-r--r--', 'is a file of variables'],
  ['app/.git/HEAD', '-rw-r--r--', 'is a Git repository'],
  ['root/.npmrc', '-rw-r--r--', 'may hold the token'],
  ['home/node/.aws/credentials', '-rw-------', 'holds credentials'],
  ['home/node/.ssh/id_ed25519', '-rw-------', 'is a private key'],
  ['app/tls.key', '-rw-------', 'may be a private key'],
  ['app', 'drwxrwxrwx', 'can be changed by every user'],
  ['usr/bin/wall', '-rwxr-sr-x', 'runs with the rights of its owner'],
])('/%s with the mode %s is a fault', (path, mode, what) => {
  expect(faultsOfImage(sound, [{ path, mode }])).toEqual([expect.stringContaining(what)]);
});
