import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly body: unknown;
}

export interface Deployment {
  readonly url: string;
  readonly received: readonly Received[];
  /** E-mail addresses of the accounts that exist. */
  readonly accounts: ReadonlySet<string>;
}

type Reply = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** Starts a deployment with accounts, whose models answer at once. `refuse` may answer a request before it does. */
export async function startDeployment(
  refuse: (request: Received) => Reply | undefined = () => undefined,
): Promise<Deployment> {
  const received: Received[] = [];
  const accounts = new Set<string>();
  const asked = new Set<string>();

  const session = (email: string): Reply => [
    200,
    { access_token: `token of ${email}`, refresh_token: email, expires_in: 3_600, user: { id: email } },
  ];

  function answer({ method, path, token, body }: Received): Reply {
    const fields = body as Record<string, string>;
    if (path === '/auth/v1/signup') {
      accounts.add(fields.email ?? '');
      return session(fields.email ?? '');
    }
    if (path.startsWith('/auth/v1/token')) return session(fields.refresh_token ?? fields.email ?? '');
    if (token === undefined) return [401, { success: false }];
    if (method === 'DELETE') return [accounts.delete(fields.email ?? '') ? 204 : 404, undefined];
    const key = `${token} ${JSON.stringify(body)}`;
    const cached = asked.has(key);
    asked.add(key);
    return [200, { success: true, data: { cached, canvasId: '0198c0de-0000-7000-8000-000000000000' } }];
  }

  const server = createServer(async (request, response) => {
    const each = await read(request);
    received.push(each);
    const [status, body, headers = {}] = refuse(each) ?? answer(each);
    response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, accounts };
}

async function read(request: IncomingMessage): Promise<Received> {
  const text = (await request.toArray()).join('');
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    token: request.headers.authorization,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
