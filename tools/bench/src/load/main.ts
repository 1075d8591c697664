import { announce } from '../platform/announce.ts';
import { loadCalls } from './load-calls.ts';
import { loadStreams } from './load-streams.ts';
import type { CallOrder, StreamOrder, Target } from './orders.ts';
import { createNumbering, jsonRequest, numberPlace } from './requests.ts';

/** The load generator's process: executes orders in sequence, and exits with its parent. */
const renew = createNumbering();

function requestsFor({ path, headers, body }: Target) {
  const requests = headers.map((one) => jsonRequest(path, one, body));
  return { requests, ...(body.includes(numberPlace) ? { renew } : {}) };
}

function obey(order: CallOrder | StreamOrder) {
  const { target, ...rest } = order;
  const load = { url: target.url, ...requestsFor(target) };
  return rest.kind === 'calls' ? loadCalls({ ...load, ...rest }) : loadStreams({ ...load, ...rest });
}

process.on('message', (order) => {
  void obey(order as CallOrder | StreamOrder).then((result) => process.send?.(result));
});
announce('');
