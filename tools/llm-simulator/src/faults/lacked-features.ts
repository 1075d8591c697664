import type { ChatRequest } from '../chat/chat-request.ts';
import { invalid } from '../http/api-error.ts';
import type { Feature } from './effect.ts';

/** Throws an ApiError 400 in the words of real servers for a request that uses a lacked feature. */
export function assertHasFeatures({ format, messages }: ChatRequest, lacks: readonly Feature[]): void {
  if (lacks.length === 0) return;
  const name = format.kind === 'schema' ? 'json_schema' : 'json_object';
  if (format.kind !== 'text' && lacks.includes(name)) {
    throw invalid(
      'response_format',
      `Invalid parameter: 'response_format' of type '${name}' is not supported with this model.`,
    );
  }
  const at = messages.findIndex(({ role }) => role === 'developer');
  if (at >= 0 && lacks.includes('developer')) {
    throw invalid(
      `messages[${at}].role`,
      "'developer' is not one of ['system', 'user', 'assistant', 'tool'].",
    );
  }
}
