import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ADMIN_PATH, createAdminRoute } from './admin/admin-route.ts';
import { type ChatParts, createChatRoute } from './chat/chat-route.ts';
import { ApiError } from './http/api-error.ts';
import { readBody } from './http/read-body.ts';
import { sendJson } from './http/send-json.ts';

type Handler = (incoming: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** Longer than the connection pools of callers keep a connection, so that the callers close it. */
const KEEP_ALIVE_MS = 120_000;
const CHAT_PATH = '/v1/chat/completions';
const MODELS_PATH = '/v1/models';

/** The HTTP server, not yet listening. */
export function createSimulatorServer(parts: ChatParts): Server {
  const { keys, models, behaviour, log } = parts;
  const chat = createChatRoute(parts);
  const admin = createAdminRoute({ log, behaviour });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    readBody(incoming, (body) => answer(incoming, response, body));
  });

  const routes: Readonly<Record<string, Handler>> = {
    [`POST ${CHAT_PATH}`]: chat,
    [`GET ${MODELS_PATH}`]: (incoming, response) => {
      keys.admit(incoming);
      sendJson(response, 200, models.body);
    },
  };

  function handlerFor(method: string, path: string): Handler {
    const exact = routes[`${method} ${path}`];
    if (exact) return exact;
    if (path.startsWith(`${ADMIN_PATH}/`)) return admin;
    if (method === 'GET' && path.startsWith(`${MODELS_PATH}/`)) return oneModel(path);
    const known = path === CHAT_PATH || path === MODELS_PATH;
    throw new ApiError(known ? 405 : 404, `${known ? 'Not allowed' : 'Unknown'} request: ${method} ${path}.`);
  }

  function oneModel(path: string): Handler {
    return (incoming, response) => {
      keys.admit(incoming);
      sendJson(response, 200, models.find(decoded(path.slice(MODELS_PATH.length + 1))));
    };
  }

  function answer(incoming: IncomingMessage, response: ServerResponse, body: Buffer | ApiError): void {
    try {
      if (body instanceof ApiError) throw body;
      const [path = '/'] = (incoming.url ?? '/').split('?', 1);
      handlerFor(incoming.method ?? 'GET', path)(incoming, response, body);
    } catch (error) {
      if (!incoming.url?.startsWith(ADMIN_PATH)) log.rejected();
      refuse(response, error instanceof ApiError ? error : defect(error));
    }
  }

  behaviour.onChange(({ refuseConnections }) => {
    if (refuseConnections > 0) server.closeIdleConnections();
  });
  server.on('connection', (socket) => {
    if (!behaviour.refusesConnection()) return;
    log.refusedConnection();
    socket.destroy();
  });
  return server;
}

function refuse(response: ServerResponse, { status, body }: ApiError): void {
  sendJson(response, status, body, status === 413 ? { connection: 'close' } : {});
}

/** The error for a defect of the simulator. Its code differs from those of simulated failures. */
function defect(error: unknown): ApiError {
  return new ApiError(500, `The simulator itself failed: ${String(error)}.`, { code: 'simulator_defect' });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(400, `'${segment}' is not a valid part of a URL.`);
  }
}
