import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CompletionBody } from '../protocol/completion.ts';
import { toBody } from '../providers/to-body.ts';
import { costOf } from './model-price.ts';
import { anyPrice, priced } from './test-support/any-price.ts';
import { maxCost, type UsageUpperBound, upperBoundOf } from './upper-bound.ts';

const maxOutputTokens = 4_096;
const silent = { heard: false, spoken: false };

function bound(body: Partial<CompletionBody>, model = 'gpt-4o'): UsageUpperBound {
  const whole = { model, messages: [], ...body };
  return upperBoundOf({
    body: whole,
    bytes: Buffer.byteLength(JSON.stringify(whole)),
    model,
    maxOutputTokens,
  });
}

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

const anyPart = fc.oneof(
  anyText.map((text) => ({ type: 'text', text })),
  anyText.map((data) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } })),
  fc.webUrl().map((url) => ({ type: 'image_url', image_url: { url, detail: 'high' } })),
  anyText.map((data) => ({ type: 'input_audio', input_audio: { data, format: 'mp3' } })),
  anyText.map((data) => ({ type: 'file', file: { file_data: data } })),
  fc.constant({ type: 'video_url', video_url: { url: 'https://example.org/film.mp4' } }),
);

const anyMessage = fc.record({
  role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
  content: fc.oneof(anyText, fc.array(anyPart, { maxLength: 4 }), fc.constant(null)),
});

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const arbitraryBody: fc.Arbitrary<Partial<CompletionBody>> = fc.record({
  messages: fc.array(anyMessage, { minLength: 1, maxLength: 5 }),
  max_tokens: optional(fc.integer({ min: -1, max: 100_000 })),
  max_completion_tokens: optional(fc.integer({ min: 1, max: 100_000 })),
  n: optional(fc.integer({ min: 1, max: 8 })),
  modalities: optional(fc.subarray(['text', 'audio'])),
  prediction: optional(anyText.map((content) => ({ type: 'content', content }))),
  tools: optional(
    fc.array(fc.record({ type: fc.constant('function'), function: fc.record({ name: anyText }) })),
  ),
});

const anyModel = fc.constantFrom(
  'gpt-4o',
  'gpt-4o-mini',
  'o3',
  'meta-llama/Llama-4-Scout-17B-16E-Instruct',
  'qwen',
);

const portion = fc.double({ min: 0, max: 1, noNaN: true });

test('no usage within a request’s bound costs more than its maximum cost, at any price', () => {
  fc.assert(
    fc.property(
      anyPrice,
      arbitraryBody,
      anyModel,
      fc.array(portion, { minLength: 7, maxLength: 7 }),
      (price, body, model, portions) => {
        const within = bound(body, model);
        const { promptTokens, completionTokens, heard, spoken } = within;
        const [
          ofPrompt = 0,
          ofCached = 0,
          ofWritten = 0,
          ofCompletion = 0,
          ofReasoning = 0,
          ofHeard = 0,
          ofSpoken = 0,
        ] = portions;
        const prompt = Math.floor(promptTokens * ofPrompt);
        const cached = Math.floor(prompt * ofCached);
        const completion = Math.floor(completionTokens * ofCompletion);
        const used = {
          prompt,
          completion,
          cached,
          cacheWrite: Math.floor((prompt - cached) * ofWritten),
          reasoning: Math.floor(completion * ofReasoning),
          promptSound: heard ? Math.floor(prompt * ofHeard) : 0,
          completionSound: spoken ? Math.floor(completion * ofSpoken) : 0,
        };
        expect(costOf(price, used) <= maxCost(price, within)).toBe(true);
      },
    ),
  );
});

test('the maximum cost of a tiered price is that of the most expensive reachable tier, even if the last tier is cheaper', () => {
  const tier = (above: number, input: bigint) => ({
    ...priced({ input, cachedInput: input, cacheWrite: input }),
    above,
  });
  const price = priced({ input: 1_000n, tiers: [tier(100, 5_000n), tier(200, 10n)] });
  expect(maxCost(price, { ...silent, promptTokens: 100, completionTokens: 0 })).toBe(100n);
  expect(maxCost(price, { ...silent, promptTokens: 101, completionTokens: 0 })).toBe(505n);
  expect(maxCost(price, { ...silent, promptTokens: 50_000, completionTokens: 0 })).toBe(1_000n);
});

test('cache writes, per-request fees and higher reasoning prices are part of the maximum cost', () => {
  const price = priced({
    input: 1_000n,
    cacheWrite: 1_250n,
    output: 2_000n,
    reasoning: 3_000n,
    perCall: 7_000n,
  });
  expect(maxCost(price, { ...silent, promptTokens: 100, completionTokens: 10 })).toBe(125n + 30n + 7n);
});

test('audio has its own price, in requests with audio only', () => {
  const price = priced({ input: 1_000n, output: 2_000n, inputSound: 9_000n, outputSound: 20_000n });
  const tokens = { promptTokens: 100, completionTokens: 10 };
  expect(maxCost(price, { ...tokens, heard: false, spoken: false })).toBe(100n + 20n);
  expect(maxCost(price, { ...tokens, heard: true, spoken: false })).toBe(900n + 20n);
  expect(maxCost(price, { ...tokens, heard: false, spoken: true })).toBe(100n + 200n);
});

test.each([
  ['text alone', { modalities: ['text'] }, false, false],
  ['audio input', { messages: [{ content: [{ type: 'input_audio', input_audio: {} }] }] }, true, false],
  ['an earlier audio answer', { messages: [{ audio: { id: 'a' } }] }, true, false],
  ['audio output', { modalities: ['text', 'audio'], audio: { voice: 'any' } }, false, true],
])('%s is recognised', (_, body, heard, spoken) => {
  expect(bound(body)).toMatchObject({ heard, spoken });
});

/** The worst possible tokenizer: every byte of content is a token, and so is every separator between messages. */
function worstTokenizer(messages: readonly { role: string; content: string }[]): number {
  return messages.reduce((sum, { role, content }) => sum + 6 + Buffer.byteLength(role + content), 3);
}

test('text never has more tokens than the bound, in any script and with any escapes', () => {
  const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content: anyText });
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 50 }), (messages) => {
      expect(bound({ messages }).promptTokens).toBeGreaterThanOrEqual(worstTokenizer(messages));
    }),
  );
});

const image = (url: string, detail?: string) => ({
  messages: [
    { role: 'user', content: [{ type: 'image_url', image_url: { url, ...(detail ? { detail } : {}) } }] },
  ],
});

const bytesOf = (body: object, model: string) => Buffer.byteLength(JSON.stringify({ model, ...body }));

/** Tokens that an image adds to a request. */
const imageTokensOf = (model: string, detail?: string) =>
  bound(image('', detail), model).promptTokens - 256 - bytesOf(image('', detail), model);

/** OpenAI's rule, by image size. */
function tilesOf(width: number, height: number): number {
  const fit = Math.min(1, 2_048 / Math.max(width, height));
  const shorter = Math.min(1, 768 / Math.min(width * fit, height * fit));
  return Math.ceil((width * fit * shorter) / 512) * Math.ceil((height * fit * shorter) / 512);
}

const side = fc.integer({ min: 1, max: 20_000 });

test.each([
  ['gpt-4o', 85, 170],
  ['gpt-4o-mini', 2_833, 5_667],
  ['o3', 75, 150],
])('an image of any size takes no more tokens of %s than the bound', (model, base, perTile) => {
  fc.assert(
    fc.property(side, side, (width, height) => {
      expect(imageTokensOf(model)).toBeGreaterThanOrEqual(base + perTile * tilesOf(width, height));
    }),
  );
});

test.each([
  ['gpt-4o', 1_445],
  ['gpt-4o-2024-08-06', 1_445],
  ['openai/gpt-4o-mini', 48_169],
  ['ft:gpt-4o-mini-2024-07-18:us::1', 48_169],
  ['gpt-4.1', 1_536],
  ['gpt-4.1-mini', 2_489],
  ['gpt-4.1-nano-2025-04-14', 3_779],
  ['o4-mini', 2_642],
  ['o1', 1_275],
  ['gpt-5', 1_190],
  ['gpt-5-mini', 2_489],
  ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 6_404],
  ['gpt-5.4', 24_600],
  ['Qwen/Qwen2.5-VL-72B-Instruct', 24_600],
])('one image counts as the maximum that %s can charge for it', (model, tokens) => {
  expect(imageTokensOf(model)).toBe(tokens);
});

test('low detail lowers the bound only if the provider documents fewer tokens for it', () => {
  expect(imageTokensOf('gpt-4o', 'low')).toBe(85);
  expect(imageTokensOf('gpt-4o-mini', 'low')).toBe(2_833);
  expect(imageTokensOf('gpt-4.1-mini', 'low')).toBe(2_489);
});

test('the bytes of an image, a sound or a file within the body do not count as text', () => {
  const base64 = 'A'.repeat(1_000_000);
  expect(bound(image(`data:image/png;base64,${base64}`)).promptTokens).toBeLessThan(2_000);
  const sound = { type: 'input_audio', input_audio: { data: base64, format: 'wav' } };
  expect(bound({ messages: [{ role: 'user', content: [sound] }] }).promptTokens).toBeLessThan(50_000);
  const file = { type: 'file', file: { file_data: `data:application/pdf;base64,${base64}` } };
  const withFile = bound({ messages: [{ role: 'user', content: [file] }] }).promptTokens;
  expect(withFile).toBeGreaterThanOrEqual(750_000);
  expect(withFile).toBeLessThan(760_000);
});

test('a linked image counts as an image, however it is referenced', () => {
  const url = 'https://example.org/a.png';
  const plain = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: url }] }] };
  expect(bound(image(url)).promptTokens).toBeGreaterThan(1_445);
  expect(bound(plain).promptTokens).toBeGreaterThan(1_445);
});

test('an unknown content part counts like a file, and stored audio like the longest answer', () => {
  const part = { type: 'video_url', video_url: { url: 'https://example.org/film.mp4' } };
  expect(bound({ messages: [{ role: 'user', content: [part] }] }).promptTokens).toBeGreaterThan(500_000);
  const kept = { role: 'assistant', audio: { id: 'audio_1' } };
  expect(bound({ messages: [kept] }).promptTokens).toBeGreaterThan(16_384);
});

test('messages of an unknown form are bounded without an error', () => {
  const messages = [null, 'text', 7, [], { content: [null, 'text', {}] }, { content: { type: 'text' } }];
  expect(bound({ messages }).promptTokens).toBeGreaterThan(0);
});

test('the bound covers tools rendered in a longer form than in the request', () => {
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
  const bytes = Buffer.byteLength(JSON.stringify(tools));
  expect(bound({ tools }).promptTokens - bound({}).promptTokens).toBeGreaterThanOrEqual(2 * bytes + 500);
});

test.each<[Partial<CompletionBody>, number]>([
  [{}, 4_096],
  [{ max_tokens: 100 }, 100],
  [{ max_completion_tokens: 200 }, 200],
  [{ max_tokens: 100, max_completion_tokens: 200 }, 100],
  [{ max_tokens: 100, n: 3 }, 300],
  [{ n: 3 }, 12_288],
  [{ max_tokens: 100, n: 2, best_of: 5 }, 500],
  [{ max_tokens: 100, n: '3' }, 300],
  [{ max_tokens: 100, n: 1e300 }, Number.MAX_SAFE_INTEGER],
])('%j can be answered with %i tokens at most', (body, tokens) => {
  expect(bound(body).completionTokens).toBe(tokens);
});

test.each([null, 0, -1, '', '100', 'many', true, {}, 1.5, 1e300])(
  '%j is not a limit, so the router’s default applies and is sent',
  (limit) => {
    const body = { model: 'a', messages: [], max_tokens: limit };
    expect(bound(body).completionTokens).toBe(maxOutputTokens);
    const sent = toBody({ maxTokensField: 'max_tokens', serviceTiers: undefined }, body, {
      model: 'a',
      maxOutputTokens,
      stream: false,
    });
    expect(sent.max_tokens).toBe(maxOutputTokens);
  },
);

test('unused predicted output counts as output in addition to the answer', () => {
  const prediction = { type: 'content', content: 'x'.repeat(1_000) };
  expect(bound({ max_tokens: 10, prediction }).completionTokens).toBeGreaterThanOrEqual(1_010);
});
