import {
  AppError,
  type ErrorCode,
  isErrorCode,
  type Reply,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import type { Dispatcher } from 'undici';

/** The value of a reply that the contract promises; throws the AppError that any other one carries. */
export async function readReply(
  service: ServiceName,
  route: RouteDefinition,
  response: Dispatcher.ResponseData,
): Promise<unknown> {
  const { statusCode } = response;
  const promised = statusCode === (route.status ?? 200) ? route.reply : route.otherReplies?.[statusCode];
  if (!promised) throw await readFailure(service, response);
  return readSuccess(promised, response);
}

async function readSuccess(reply: Reply, response: Dispatcher.ResponseData): Promise<unknown> {
  if (reply.kind === 'empty') {
    await response.body.dump();
    return undefined;
  }
  const body = (await response.body.json()) as {
    data: unknown;
    pagination: { limit: number; nextCursor: string | null };
  };
  switch (reply.kind) {
    case 'data':
      return body.data;
    case 'list':
      return { items: body.data, ...body.pagination };
    case 'raw':
      return body;
  }
}

/** Codes that say something about the callee, not about the request: to our own caller it is a broken part. */
const calleesOwnFaults: readonly ErrorCode[] = ['INTERNAL_ERROR', 'UNAUTHENTICATED'];

async function readFailure(service: ServiceName, response: Dispatcher.ResponseData): Promise<AppError> {
  const text = await response.body.text();
  const envelope = parse(text);
  if (!isErrorCode(envelope.code) || calleesOwnFaults.includes(envelope.code)) {
    const code = isErrorCode(envelope.code) ? ` ${envelope.code}` : '';
    // Its text stays out of the log: a framework's or a proxy's error page repeats the request.
    return new AppError('DEPENDENCY_UNAVAILABLE', {
      internal: `${service} answered ${response.statusCode}${code}`,
    });
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
    ...(response.headers['x-should-retry'] === 'false' ? { retryHelps: false } : {}),
    ...(typeof retryAfter === 'number' ? { retryAfterSeconds: retryAfter } : {}),
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
