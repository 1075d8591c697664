import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** A message was not accepted. The text is safe to store and to show: it holds nothing of the URL and of the answer's body. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  /** Status of the answer, if there was one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** Sends messages to addresses that the platform does not control. */
export interface WebhookSender {
  /**
   * Posts JSON and resolves after an answer of status 2xx. Throws WebhookError for any other answer, redirects included,
   * which are never followed, and for a target that may not be called, is unavailable, or does not answer in time.
   */
  post(
    url: string,
    message: { readonly body: string; readonly headers?: Readonly<Record<string, string>> },
    signal?: AbortSignal,
  ): Promise<void>;
}

type Lookup = typeof lookup;

/** Messages go to public addresses over HTTPS only, unless `allowPrivate` is set. */
export function createWebhookSender(
  options: {
    /** Allows addresses of private networks and of this host, and HTTP without TLS. */
    readonly allowPrivate?: boolean;
    /** Milliseconds until the end of the answer. */
    readonly timeoutMs?: number;
    readonly resolve?: Lookup;
  } = {},
): WebhookSender {
  const { allowPrivate = false, timeoutMs = 10_000, resolve = lookup } = options;
  return {
    async post(url, { body, headers = {} }, signal) {
      const target = new URL(url);
      assertAllowed(target, allowPrivate);
      const bounds = AbortSignal.timeout(timeoutMs);
      const status = await exchange(target, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'ValueCanvas-Webhooks/1',
        },
        signal: signal ? AbortSignal.any([signal, bounds]) : bounds,
        // Checked where the connection resolves the name, so that a name cannot change its address in between.
        ...(allowPrivate ? {} : { lookup: publicOnly(resolve) }),
        agent: false,
        body,
      }).catch((error: unknown) => {
        if (error instanceof WebhookError) throw error;
        if (bounds.aborted) throw new WebhookError(`The target did not answer within ${timeoutMs} ms.`);
        throw new WebhookError(`The target is unavailable: ${codeOf(error)}.`);
      });
      if (status < 200 || status > 299) throw new WebhookError(`The target answered ${status}.`, status);
    },
  };
}

const refused = 'The target is not a public address.';

function assertAllowed({ protocol, hostname }: URL, allowPrivate: boolean): void {
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate))
    throw new WebhookError('The target must be an address with https.');
  // An address instead of a name is never looked up.
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (!allowPrivate && isIP(address) !== 0 && !isPublicAddress(address)) throw new WebhookError(refused);
}

/** Resolves names as `node:dns` does, and fails if one of the addresses is not public. */
function publicOnly(resolve: Lookup) {
  return (
    hostname: string,
    options: LookupOptions,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error ?? new WebhookError(refused), []);
      else if (!addresses.every(({ address }) => isPublicAddress(address)))
        callback(new WebhookError(refused), []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Sends one request and returns the status of its answer, whose body is read and thrown away up to a limit. */
async function exchange(
  target: URL,
  { body, ...options }: Parameters<typeof requestHttps>[1] & { readonly body: string },
): Promise<number> {
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = send(target, options, (answer) => {
    let bytes = 0;
    const finish = () => resolve(answer.statusCode ?? 0);
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxAnswerBytes) return;
      finish();
      answer.destroy();
    });
    answer.on('end', finish);
    answer.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

const maxAnswerBytes = 64 * 1_024;

function codeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code ?? message ?? 'unknown error';
}
