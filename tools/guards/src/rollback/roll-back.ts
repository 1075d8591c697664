import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatform } from '@valuecanvas/local-servers';
import { createCanvas, editCanvas } from './canvas-of-a-user.ts';
import { installRelease, type Release, run, thisRelease } from './releases.ts';

/**
 * Runs this release, the one at `commit`, and this one again, on the same PostgreSQL and Redis: their schema is this release's all the
 * time. Each release runs its own smoke tests and edits the canvas that the other one wrote. Returns what failed.
 */
export async function rollBack(commit: string, print: (line: string) => void): Promise<string[]> {
  print(`Installing ${commit}`);
  await using former = await installRelease(commit);
  const state = await mkdtemp(join(tmpdir(), 'valuecanvas-rollback-'));
  const faults: string[] = [];
  let canvas: string | undefined;
  for (const release of [thisRelease, former, thisRelease]) {
    print(`Starting ${release.name}`);
    try {
      await using platform = await startPlatform({ root: release.root, state });
      canvas ??= await createCanvas(platform.url);
      await editCanvas(platform.url, canvas);
      print(await smokeTest(release, platform.url));
    } catch (error) {
      faults.push(`${release.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  await rm(state, { recursive: true, force: true });
  return faults;
}

/** Runs the release's own smoke tests with the demo accounts, and returns their last line. */
async function smokeTest({ root }: Release, url: string): Promise<string> {
  const user = ['--email', 'demo@valuecanvas.local', '--password', 'demo-password'];
  const admin = ['--admin-email', 'admin@valuecanvas.local', '--admin-password', 'admin-password'];
  const printed = await run(root, process.execPath, 'tools/smoke/src/main.ts', url, ...user, ...admin);
  return printed.trim().split('\n').at(-1) ?? '';
}
