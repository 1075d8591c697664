import { expect, test } from 'vitest';
import type { ChunkData } from '../protocol/completion.ts';
import { createStreamTrack } from './stream.ts';

const event = (data: ChunkData) => ({ bytes: Buffer.from(''), data, done: false });

test('the last usage and service tier count, and events without them change nothing', () => {
  const track = createStreamTrack();
  track.see(event({ service_tier: 'auto', choices: [{ delta: { content: 'né' } }] }));
  track.see(event({ service_tier: 'priority', choices: [], usage: { prompt_tokens: 1 } }));
  track.see(event({ service_tier: null, choices: [], usage: null }));
  expect(track.reported()).toEqual({ tier: 'priority', usage: { prompt_tokens: 1 }, answerBytes: 3 });
});
