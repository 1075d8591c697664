import { Session } from 'node:inspector/promises';

/**
 * Loaded into a service by `--import`. The first message of the parent process starts the coverage. Each later message is
 * answered with the URLs of the modules whose functions have run since the previous message.
 */
const session = new Session();
session.connect();
await session.post('Profiler.enable');
let isStarted = false;

async function modulesThatRan(): Promise<string[]> {
  if (!isStarted) {
    isStarted = true;
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    return [];
  }
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ functions }) => functions.some(({ ranges }) => ranges.some(({ count }) => count > 0)))
    .map(({ url }) => url);
}

process.on('message', () => void modulesThatRan().then((urls) => process.send?.(urls)));
// The channel alone does not keep the service alive.
process.channel?.unref();
