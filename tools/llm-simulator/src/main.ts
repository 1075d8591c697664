import { readSettings } from './settings.ts';
import { startSimulator } from './simulator.ts';

try {
  const { url, adminUrl, port, stop } = await startSimulator(
    readSettings(process.env, process.argv.slice(2)),
  );
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  // The simulator stops when its parent closes the channel, as the dev stack does. The channel does not delay a stop.
  process.once('disconnect', () => void stop());
  process.channel?.unref();
  console.log(JSON.stringify({ ready: true, url, adminUrl, port }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
