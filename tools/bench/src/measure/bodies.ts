import { numberPlace } from '../load/requests.ts';

const system =
  'You are the assistant of a shop for kitchenware. Answer in short sentences and in plain words. ' +
  'Where a customer asks for money back, say what the terms are and promise nothing beyond them. '.repeat(3);

const question =
  'The big pan that came on Monday has a crooked handle. The box had no dents at all. ' +
  'I would like another pan of the same kind, or one that is a little smaller. '.repeat(4);

/** A chat request of about one kilobyte. */
const chat = (model: string, ending: string) => ({
  model,
  temperature: 0.2,
  max_tokens: 256,
  messages: [
    { role: 'system', content: system },
    { role: 'user', content: `${question}My order is ${ending}.` },
  ],
});

/** Models of the whole-answer provider and of the streaming provider. */
const models = { whole: 'meta-llama/Llama-3-70b-chat-hf', streams: 'gpt-4o-mini' };

export const bodies = {
  /** A unique request per send. */
  fresh: JSON.stringify(chat(models.whole, numberPlace)),
  /** The same request each time. */
  repeated: JSON.stringify(chat(models.whole, '4711')),
  /** A unique streamed request per send. */
  streamed: JSON.stringify({
    ...chat(models.streams, numberPlace),
    stream: true,
    stream_options: { include_usage: true },
  }),
};
