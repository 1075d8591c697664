import { AppError, type Dialect } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const OpenAiErrorSchema = Type.Object(
  {
    error: Type.Object(
      {
        message: Type.String({
          description: 'Explanation of the failure, with what the caller can do about it.',
        }),
        type: Type.String({ description: "OpenAI's class of failure." }),
        param: Type.Union([Type.String(), Type.Null()], { description: 'The invalid field of the request.' }),
        code: Type.String({ description: "OpenAI's code where its clients act on one, else our own." }),
        error_code: Type.String({ description: "Code of the platform's own catalogue." }),
        request_id: Type.String({ description: 'Id of the request, as in the x-request-id header.' }),
      },
      { additionalProperties: true, description: 'The failure.' },
    ),
  },
  { title: 'OpenAiError', description: "A failed request in OpenAI's format." },
);

/** OpenAI's HTTP API. */
export const openAi: Dialect = {
  name: 'openai',
  errorSchema: OpenAiErrorSchema,
  toError: (error, { id }) => ({ body: toOpenAiError(error, id) }),
  hasCookies: true,
  apiKeyHeader: 'authorization',
  hasAzureApiKey: true,
  isSafe: false,
};

/** A failure in OpenAI's format. Its clients show `message` and act on the status, headers, `type` and `code`. */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The invalid field of the request, as `messages[0].role`. */
    readonly param: string | null;
    /** OpenAI's code if its clients act on it, else our own. */
    readonly code: string;
    /** Our own code, always. */
    readonly error_code: string;
    readonly request_id: string;
    readonly [field: string]: unknown;
  };
}

/** OpenAI's code for a limit that lasts until payment or the end of a long period. LangChain honours no other. */
const quota = 'insufficient_quota';

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

/** Formats an error for OpenAI's clients, with the error's own extra fields. */
export function toOpenAiError(error: AppError, requestId: string): OpenAiError {
  const faults = faultsOf(error);
  const isQuota = isOutOfQuota(error);
  return {
    error: {
      message: messageOf(error, faults),
      type: isQuota ? quota : typeOf(error),
      param: faults[0]?.path ? paramOf(faults[0].path) : null,
      code: isQuota ? quota : (faults[0]?.code ?? error.code),
      error_code: error.code,
      request_id: requestId,
      ...(error.details === undefined ? {} : { details: error.details }),
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfter: error.retryAfterSeconds }),
      ...error.extra,
    },
  };
}

function isOutOfQuota({ code, retryHelps }: AppError): boolean {
  return code === 'BUDGET_EXCEEDED' || (code === 'RATE_LIMITED' && !retryHelps);
}

function typeOf({ code, status }: AppError): string {
  // OpenAI's own answer to an unknown model.
  if (code === 'MODEL_NOT_FOUND') return 'invalid_request_error';
  return types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

interface Fault {
  readonly path: string;
  readonly message: string;
  /** OpenAI's code, if it has one. */
  readonly code?: string;
}

function faultsOf({ code, details }: AppError): readonly Fault[] {
  const isInvalid = code === 'VALIDATION_FAILED' || code === 'MODEL_NOT_FOUND';
  return isInvalid && Array.isArray(details) ? (details as Fault[]) : [];
}

/** Includes the details, because OpenAI's clients show only the message. */
function messageOf(error: AppError, faults: readonly Fault[]): string {
  const isUsual = error.message === new AppError(error.code).message;
  if (faults.length === 0 || !isUsual) return `${error.title}: ${error.message}`;
  return `${error.title}: ${faults.map(wordsOf).join('; ')}.`;
}

function wordsOf({ path, message }: Fault): string {
  return path ? `${paramOf(path)} ${message}` : message;
}

function paramOf(path: string): string {
  return path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
}
