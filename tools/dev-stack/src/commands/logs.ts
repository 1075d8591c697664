import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { services } from '@valuecanvas/database';
import { readable } from '../follow-logs.ts';
import { type LogLine, linesOfRequest, readLogs, tracesOf } from '../request-logs.ts';
import { projectRoot } from '../settings.ts';

// Follows one request through the logs of all services of the local platform. Without an ID, lists the newest requests.
const newest = 20;

const { values, positionals } = parseArgs({
  options: { state: { type: 'string' }, json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [requestId] = positionals;
const folder = join(resolve(values.state ?? join(projectRoot, '.dev')), 'logs');
const lines = await readLogs(folder, services);
const found = requestId ? linesOfRequest(lines, requestId) : newestRequests(lines);
const colour = process.stdout.isTTY;
const wide = Math.max(...services.map((service) => service.length));

for (const { service, text } of found)
  console.log(values.json ? text : `${service.padEnd(wide)} ${readable(text, colour)}`);
if (requestId) for (const traceId of tracesOf(found)) console.error(`Trace ${traceId}`);
if (found.length === 0) {
  console.error(
    requestId
      ? `No line of ${requestId} in ${folder}. Responses name their request in x-request-id.`
      : `No requests in ${folder}. Start the platform with npm start.`,
  );
  process.exitCode = 1;
}

function newestRequests(all: readonly LogLine[]): LogLine[] {
  return all
    .filter(({ service, event }) => service === 'gateway' && event.message === 'request')
    .slice(-newest);
}
