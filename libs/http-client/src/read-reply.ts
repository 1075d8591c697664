import {
  AppError,
  type CallContext,
  type ErrorCode,
  isErrorCode,
  type ReceivedFile,
  type Reply,
  type RouteDefinition,
  type ServiceName,
  successStatus,
} from '@valuecanvas/contracts-core';
import type { Dispatcher } from 'undici';
import { toAppError as connectionError } from './connection-retry.ts';

/** Returns the value of a reply that the contract declares. Throws the AppError of any other response. */
export async function readReply(
  service: ServiceName,
  route: RouteDefinition,
  call: CallContext,
  response: Dispatcher.ResponseData,
): Promise<unknown> {
  const { statusCode } = response;
  const promised = statusCode === successStatus(route) ? route.reply : route.otherReplies?.[statusCode];
  if (!promised) throw await readFailure(service, response);
  return readSuccess(service, promised, call, response);
}

async function readSuccess(
  service: ServiceName,
  reply: Reply,
  call: CallContext,
  response: Dispatcher.ResponseData,
): Promise<unknown> {
  if (reply.kind === 'empty') {
    await response.body.dump();
    return undefined;
  }
  if (reply.kind === 'file') return receivedFile(service, call, response);
  if (reply.kind === 'raw' && !isJson(response)) return response.body.text();
  const body = (await response.body.json()) as {
    data: unknown;
    pagination: { limit: number; nextCursor: string | null };
  };
  switch (reply.kind) {
    case 'data':
    case 'accepted':
      return body.data;
    case 'list':
      return { items: body.data, ...body.pagination };
    case 'raw':
      return body;
  }
}

function isJson({ headers }: Dispatcher.ResponseData): boolean {
  return String(headers['content-type'] ?? '').includes('json');
}

function receivedFile(
  service: ServiceName,
  call: CallContext,
  { headers, body }: Dispatcher.ResponseData,
): ReceivedFile {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const content = contentOf(service, call, body);
  return {
    contentType: header('content-type') ?? 'application/octet-stream',
    contentDisposition: header('content-disposition'),
    entityTag: header('etag'),
    content,
    async bytes() {
      const parts: Uint8Array[] = [];
      for await (const part of content) parts.push(part);
      return Buffer.concat(parts);
    },
    cancel: () => void body.destroy(),
  };
}

async function* contentOf(
  service: ServiceName,
  call: CallContext,
  body: Dispatcher.ResponseData['body'],
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw connectionError(service, call, error);
  }
}

/** Codes of failures of the callee rather than the request. The caller gets DEPENDENCY_UNAVAILABLE for them. */
const calleesOwnFaults: readonly ErrorCode[] = ['INTERNAL_ERROR', 'UNAUTHENTICATED'];

/** Reads a failed response as the AppError that its service threw. */
export async function readFailure(
  service: ServiceName,
  response: Dispatcher.ResponseData,
): Promise<AppError> {
  const text = await response.body.text();
  const mayRetry = response.headers['x-should-retry'] !== 'false';
  return toAppError(parse(text), mayRetry, `${service} responded with ${response.statusCode}`);
}

/** Reads the error envelope that ended a stream. */
export function errorFrom(service: ServiceName, envelope: unknown): AppError {
  return toAppError(objectOf(envelope), true, `${service} ended its stream with an error`);
}

function toAppError(envelope: Record<string, unknown>, mayRetry: boolean, how: string): AppError {
  if (!isErrorCode(envelope.code) || calleesOwnFaults.includes(envelope.code)) {
    const code = isErrorCode(envelope.code) ? ` ${envelope.code}` : '';
    // The text is not logged, because error pages of frameworks and proxies repeat the request.
    return new AppError('DEPENDENCY_UNAVAILABLE', { internal: `${how}${code}` });
  }
  const {
    success: _success,
    error,
    message,
    code,
    requestId: _requestId,
    details,
    retryAfter,
    ...extra
  } = envelope;
  return new AppError(code, {
    title: String(error),
    message: String(message),
    details,
    extra,
    ...(mayRetry ? {} : { retryHelps: false }),
    ...(typeof retryAfter === 'number' ? { retryAfterSeconds: retryAfter } : {}),
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
