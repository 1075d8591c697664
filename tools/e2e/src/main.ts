import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import { findChromium } from './find-chromium.ts';

// npm run test:e2e: the journeys through the page, in Chromium, on a platform of `npm start`.
if (findChromium() === undefined) installChromium();
const config = fileURLToPath(new URL('../e2e.config.ts', import.meta.url));
await startVitest('test', process.argv.slice(2), { config, run: true, watch: false });
process.exit();

/** Installs the package of Debian. Ends the run if it cannot. */
function installChromium(): void {
  console.log('Chromium is missing: installing the package chromium of this system.');
  const command =
    'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core';
  const { status } = spawnSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0 && findChromium() !== undefined) return;
  console.error(
    'Chromium cannot be installed here. Install it, or name it in CHROMIUM_PATH, and start again.',
  );
  process.exit(1);
}
