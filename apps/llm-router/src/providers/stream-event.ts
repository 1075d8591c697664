import type { ReportedUsage } from './chat-completion.ts';

/** One server-sent event of a streamed answer. */
export interface StreamEvent {
  /** The original bytes, with the blank line that ends the event. */
  readonly bytes: Buffer;
  /** Undefined for comments and for the last event. */
  readonly data: ChunkData | undefined;
  /** True for the last event, `[DONE]`. */
  readonly done: boolean;
}

/** The parts of an event that the router reads; the rest passes through. */
export interface ChunkData {
  readonly id?: string;
  readonly choices?: readonly {
    readonly index?: number;
    readonly delta?: {
      readonly role?: string;
      readonly content?: string | null;
      readonly [field: string]: unknown;
    };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: ReportedUsage | null;
  readonly [field: string]: unknown;
}
