import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import type { ChunkData, StreamEvent } from '../providers/stream-event.ts';

/** Splits a stored stream into its events, which were validated when it was stored. */
export function storedEvents(text: Buffer): StreamEvent[] {
  const splitter = createSseSplitter();
  const events = splitter.push(text);
  if (splitter.restBytes() > 0) events.push(splitter.rest());
  return events.map((bytes) => ({
    bytes,
    data: JSON.parse(dataOf(bytes) ?? '{}') as ChunkData,
    done: false,
  }));
}
