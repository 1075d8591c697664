import { expect, test } from 'vitest';
import type { ChunkData } from '../protocol/completion.ts';
import { createStreamTrack } from './stream.ts';

const event = (data: ChunkData) => ({ bytes: Buffer.from(''), data, done: false });

test('the last usage and service tier count, and events without them change nothing', () => {
  const track = createStreamTrack();
  track.see(event({ service_tier: 'auto', choices: [{ delta: { content: 'né' } }] }));
  track.see(event({ service_tier: 'priority', choices: [], usage: { prompt_tokens: 1 } }));
  track.see(event({ service_tier: null, choices: [], usage: null }));
  expect(track.reported()).toEqual({
    tier: 'priority',
    usage: { prompt_tokens: 1 },
    answerBytes: 3,
    bytesAfterUsage: 0,
  });
});

test('content after the last usage is counted apart, and fields without content count nothing', () => {
  const track = createStreamTrack();
  track.see(
    event({ choices: [{ delta: { role: 'assistant', content: 'Rye' } }], usage: { prompt_tokens: 1 } }),
  );
  track.see(event({ choices: [{ delta: { content: ' loaf', refusal: null, reasoning_content: 'hm' } }] }));
  expect(track.reported()).toMatchObject({ answerBytes: 10, bytesAfterUsage: 7 });
});
