import { OpenAI } from 'openai';
import type { Simulator } from '../src/index.ts';

/** The official client with retries off, so that tests see every fault. */
export function clientFor({ url }: Simulator, headers: Record<string, string> = {}): OpenAI {
  return new OpenAI({
    baseURL: url,
    apiKey: 'sk-test-0001',
    maxRetries: 0,
    timeout: 5_000,
    defaultHeaders: headers,
  });
}

const question = 'How can Sunrise Bakery, a bakery selling sourdough bread, win commuters?';

/** A request that every test may send. */
export function asking(content = question) {
  return { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content }] };
}

/** All items of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
