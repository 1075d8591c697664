import { requestPath } from '@valuecanvas/contracts-core/request-path';
import { errorFrom, unreachable } from './api-error.ts';
import { readEvents } from './read-events.ts';
import { routes } from './routes.generated.ts';
import type { EventOf, FileName, InputOf, ResultOf, RouteName, StreamName } from './typed-routes.ts';

/** Settings of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Key under which the platform stores the answer, for routes that are idempotent: a repetition with the same key and
   * body gets the same answer and costs nothing. By default, each call has a new key.
   */
  readonly idempotencyKey?: string;
}

export interface WebClient {
  /** Methods for all public routes. They reject with ApiError. */
  readonly call: {
    readonly [N in RouteName]: (input: InputOf<N>, options?: CallOptions) => Promise<ResultOf<N>>;
  };
  /** Methods for the routes with events. A stream ends after `done`, and throws the ApiError of an `error` event. */
  readonly stream: {
    readonly [N in StreamName]: (
      input: InputOf<N>,
      options?: CallOptions,
    ) => AsyncGenerator<EventOf<N>, void, undefined>;
  };
  /** Addresses of files, for links. */
  readonly addressOf: { readonly [N in FileName]: (input: InputOf<N>) => string };
  /**
   * Requests a file and discards it. Rejects with the ApiError of a failure, which a browser would not show for a failed
   * download.
   */
  readonly tryFile: {
    readonly [N in FileName]: (input: InputOf<N>, options?: CallOptions) => Promise<void>;
  };
}

/** A row of the generated table. */
interface Route {
  /** GET if absent. */
  readonly method?: string;
  readonly path: string;
  /** `data` if absent. */
  readonly reply?: 'data' | 'list' | 'accepted' | 'raw' | 'file' | 'empty';
  readonly idempotent?: true;
}

interface AnyInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Routes that open and end sessions. */
const sessionPaths = '/auth/';

const eventStream = 'text/event-stream';

/**
 * Creates the client of a page that the gateway serves. The session cookie authenticates it. `csrfToken` returns the
 * token of the current session, and `renewCsrfToken` reads it again after the platform has refused it.
 */
export function createWebClient(options: {
  readonly csrfToken: () => string | undefined;
  readonly renewCsrfToken: () => Promise<string | undefined>;
  /**
   * Called if the platform refuses a request because the session has ended. The request is repeated if this resolves with
   * true. Not called for requests that open or end sessions.
   */
  readonly signInAgain?: () => Promise<boolean>;
  /** Called with true after each response, and with false if none arrived. */
  readonly onReached?: (isReached: boolean) => void;
  readonly fetch?: typeof fetch;
}): WebClient {
  // A method of `window`, which must not be called on another object.
  const send = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));

  const request = async (
    route: Route,
    input: AnyInput,
    accept: string,
    { signal, idempotencyKey }: CallOptions,
  ): Promise<Response> => {
    const { method = 'GET' } = route;
    const key = route.idempotent ? (idempotencyKey ?? crypto.randomUUID()) : undefined;
    const attempt = (token: string | undefined): Promise<Response> =>
      send(requestPath(route.path, input.params, input.query), {
        method,
        credentials: 'same-origin',
        headers: {
          accept,
          ...input.headers,
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined || method === 'GET' ? {} : { 'x-csrf-token': token }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: input.body === undefined ? null : JSON.stringify(input.body),
        signal: signal ?? null,
      }).then(
        (response) => {
          options.onReached?.(true);
          return response;
        },
        (cause: unknown) => {
          if (signal?.aborted) throw cause;
          options.onReached?.(false);
          throw unreachable(cause);
        },
      );
    const token = options.csrfToken();
    let response = await attempt(token);
    if (response.ok) return response;
    let error = await failureOf(response);
    if (error.code === 'CSRF_FAILED') {
      const renewed = await options.renewCsrfToken();
      if (renewed === undefined) throw error;
      response = await attempt(renewed);
      if (response.ok) return response;
      error = await failureOf(response);
    }
    const hadSession = token !== undefined && !route.path.startsWith(sessionPaths);
    if (error.code !== 'UNAUTHENTICATED' || !hadSession || !options.signInAgain) throw error;
    if (!(await options.signInAgain())) throw error;
    response = await attempt(options.csrfToken());
    if (response.ok) return response;
    throw await failureOf(response);
  };

  const call = async (route: Route, input: AnyInput, callOptions: CallOptions = {}): Promise<unknown> =>
    readReply(route, await request(route, input, 'application/json', callOptions));

  async function* stream(route: Route, input: AnyInput, callOptions: CallOptions = {}) {
    const response = await request(route, input, eventStream, callOptions);
    // An answer that the platform has stored arrives whole.
    if (!isStream(response)) yield { event: 'done', data: await readReply(route, response) };
    else yield* readEvents(response, callOptions.signal);
  }

  async function tryFile(route: Route, input: AnyInput, callOptions: CallOptions = {}): Promise<void> {
    const response = await request(route, input, '*/*', callOptions);
    await response.blob().catch((cause: unknown) => {
      throw unreachable(cause);
    });
  }

  const methods = (perform: (route: Route, input: AnyInput, options?: CallOptions) => unknown): unknown =>
    Object.fromEntries(
      Object.entries(routes).map(([name, route]) => [
        name,
        (input: AnyInput, callOptions?: CallOptions) => perform(route, input, callOptions),
      ]),
    );
  return {
    call: methods(call) as WebClient['call'],
    stream: methods(stream) as WebClient['stream'],
    addressOf: methods((route, { params, query }) =>
      requestPath(route.path, params, query),
    ) as WebClient['addressOf'],
    tryFile: methods(tryFile) as WebClient['tryFile'],
  };
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith(eventStream) ?? false;
}

async function failureOf(response: Response) {
  return errorFrom(await response.json().catch(() => undefined), response);
}

async function readReply({ reply }: Route, response: Response): Promise<unknown> {
  if (reply === 'empty') return undefined;
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (reply === 'raw') return body;
  const { data, pagination } = body as { readonly data: unknown; readonly pagination?: object };
  return reply === 'list' ? { items: data, ...pagination } : data;
}
