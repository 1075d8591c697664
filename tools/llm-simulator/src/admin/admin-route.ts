import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BehaviourControl } from '../faults/behaviour.ts';
import { ApiError } from '../http/api-error.ts';
import { sendJson } from '../http/send-json.ts';
import type { CallLog } from './call-log.ts';

/** The path prefix for reading and changing the state of the simulator. */
export const ADMIN_PATH = '/__simulator';

/** The state behind the admin paths. */
export interface AdminParts {
  readonly log: CallLog;
  readonly behaviour: BehaviourControl;
}

type Action = (url: URL, body: Buffer) => unknown;

/** `/__simulator/calls` and `/__simulator/behaviour`, for clients on this machine only. Throws ApiErrors. */
export function createAdminRoute({ log, behaviour }: AdminParts) {
  const actions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
    [`${ADMIN_PATH}/calls`]: {
      GET: (url) => ({ totals: log.totals(), ...recentCalls(log, url) }),
      DELETE: () => {
        log.reset();
        return { totals: log.totals() };
      },
    },
    [`${ADMIN_PATH}/behaviour`]: {
      GET: () => behaviour.current(),
      PUT: (_, body) => behaviour.patch(parse(body)),
      DELETE: () => behaviour.reset(),
    },
  };

  return (incoming: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    if (!isLoopback(incoming.socket.remoteAddress))
      throw new ApiError(403, 'Only clients on this machine may do this.');
    const url = new URL(incoming.url ?? '/', 'http://simulator');
    const methods = actions[url.pathname];
    if (!methods)
      throw new ApiError(
        404,
        `There is nothing at ${url.pathname}; try ${Object.keys(actions).join(' or ')}.`,
      );
    const action = methods[incoming.method ?? ''];
    if (!action) throw new ApiError(405, `${url.pathname} accepts ${Object.keys(methods).join(', ')}.`);
    sendJson(response, 200, action(url, body));
  };
}

function recentCalls(log: CallLog, url: URL) {
  const last = url.searchParams.get('last');
  if (last === null) return {};
  const count = Number(last);
  if (Number.isInteger(count) && count >= 0) return { recent: log.recent(count) };
  throw new ApiError(400, "'last' must be a whole number.", { param: 'last' });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new ApiError(400, 'The body must be valid JSON.');
  }
}

/** Tests for an address of this machine's loopback interface, in IPv4, IPv6 or mapped form. */
export function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}
