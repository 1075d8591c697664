import type { ReportedUsage } from '../providers/chat-completion.ts';
import type { ChunkData, StreamEvent } from '../providers/stream-event.ts';
import { usageIn } from '../providers/usage-in.ts';
import type { Reported } from './outcome.ts';
import type { AnswerLabels } from './watch.ts';

/** Tracks the cost-related content of a stream. */
export interface StreamTrack {
  /** Records an event. Returns true if it carries data. */
  see(event: StreamEvent): boolean;
  /** The last usage that the provider reported, and the bytes of content that a reader can have received. */
  reported(): Reported;
  labels(): AnswerLabels;
}

type Choice = NonNullable<ChunkData['choices']>[number];

export function createStreamTrack(): StreamTrack {
  let usage: ReportedUsage | undefined;
  let tier: unknown;
  let contentBytes = 0;
  let named: ChunkData | undefined;
  const finishReasons: string[] = [];
  return {
    see({ data }) {
      if (!data) return false;
      usage = usageIn(data) ?? usage;
      tier = data.service_tier ?? tier;
      named ??= data;
      for (const { delta, finish_reason: reason } of data.choices ?? []) {
        contentBytes += bytesOf(delta);
        if (reason) finishReasons.push(reason);
      }
      return true;
    },
    reported: () => ({ usage, tier, answerBytes: contentBytes }),
    labels: () => ({ id: textOf(named?.id), model: textOf(named?.model), finishReasons }),
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Counts text, the most frequent content, by its bytes, and everything else (tool calls, reasoning) by its JSON. */
function bytesOf(delta: (NonNullable<Choice['delta']> & { readonly role?: unknown }) | undefined): number {
  if (!delta) return 0;
  const { content, role: _role, ...others } = delta;
  const text = typeof content === 'string' ? Buffer.byteLength(content) : 0;
  return Object.keys(others).length === 0 ? text : text + Buffer.byteLength(JSON.stringify(others));
}

/** Returns true for an event that contains only usage, which clients receive only on request. */
export function isUsageAlone({ data }: StreamEvent): boolean {
  return data?.choices !== undefined && data.choices.length === 0 && usageIn(data) !== undefined;
}
