import { type CompletionAnswer, isObject, type ReportedUsage } from './chat-completion.ts';
import type { ChunkData } from './stream-event.ts';

/** Returns the usage of an answer or event; in streams, Groq may use a separate field. */
export function usageIn({ usage, x_groq: groq }: CompletionAnswer | ChunkData): ReportedUsage | undefined {
  if (isObject(usage)) return usage;
  const { usage: ofGroq } = isObject(groq) ? groq : {};
  return isObject(ofGroq) ? ofGroq : undefined;
}
