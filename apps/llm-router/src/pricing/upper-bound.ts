import { type CompletionBody, outputLimitOf } from '../protocol/completion.ts';
import { imageTokens } from './image-tokens.ts';
import { type ModelPrice, nanosOf, type TokenPrices } from './model-price.ts';

/** Use of audio, whose tokens have their own prices. */
export interface Sound {
  /** True if the request contains audio. */
  readonly heard: boolean;
  /** True if the answer may contain audio. */
  readonly spoken: boolean;
}

/** Upper bound of a request's tokens, and whether any of them can be audio. */
export interface UsageUpperBound extends Sound {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface BoundedRequest {
  readonly body: CompletionBody;
  /** Bytes of the JSON body sent to the provider. */
  readonly bytes: number;
  /** The provider's name of the model. */
  readonly model: string;
  /** Default limit of output tokens. */
  readonly maxOutputTokens: number;
}

/** Tokens that providers' chat templates add, such as a default system message. */
const templateTokens = 256;

/** Tokens that providers add to explain tool calls; Anthropic documents the most, about 500. */
const toolTemplateTokens = 1_024;

/**
 * Bounds a request's tokens before the call. A text token is at least one byte, and JSON only lengthens text, so the bytes of
 * the body bound its text. Images, audio and files count as providers document.
 */
export function upperBoundOf({ body, bytes, model, maxOutputTokens }: BoundedRequest): UsageUpperBound {
  const { tokens, encodedBytes } = nonTextOf(body.messages, model);
  const answers = Math.max(count(body.n), count(body.best_of));
  const perAnswer = (outputLimitOf(body) ?? maxOutputTokens) + predictionBytes(body);
  return {
    promptTokens: Math.max(0, bytes - encodedBytes) + tokens + templateTokens + toolTokens(body),
    completionTokens: Math.min(answers * perAnswer, Number.MAX_SAFE_INTEGER),
    ...soundOf(body),
  };
}

/** Returns the maximum cost of a call within the bound in nano-dollars, for any division into cached, reasoning, … tokens. */
export function maxCost(price: ModelPrice, bound: UsageUpperBound): bigint {
  const { promptTokens } = bound;
  let prices: TokenPrices = price;
  let highest = 0n;
  // A more or less expensive price tier may start within the bound.
  for (const tier of price.tiers) {
    if (promptTokens <= tier.above) break;
    highest = larger(highest, costAtHighestRates(prices, tier.above, bound));
    prices = tier;
  }
  highest = larger(highest, costAtHighestRates(prices, promptTokens, bound));
  return nanosOf(price.perCall + highest);
}

function costAtHighestRates(
  prices: TokenPrices,
  promptTokens: number,
  { completionTokens, heard, spoken }: UsageUpperBound,
): bigint {
  const read = larger(larger(prices.input, prices.cachedInput), prices.cacheWrite);
  const written = larger(prices.output, prices.reasoning);
  const input = heard ? larger(read, prices.inputSound ?? 0n) : read;
  const output = spoken ? larger(written, prices.outputSound ?? 0n) : written;
  return BigInt(promptTokens) * input + BigInt(completionTokens) * output;
}

/** Returns true if prices are known for everything that the request may be charged for. */
export function coversSound({ inputSound, outputSound }: ModelPrice, { heard, spoken }: Sound): boolean {
  return !(heard && inputSound === undefined) && !(spoken && outputSound === undefined);
}

const larger = (a: bigint, b: bigint) => (a > b ? a : b);

/** Providers render tools for the model in another form, which may double their length. */
function toolTokens({ tools, functions }: CompletionBody): number {
  if (tools === undefined && functions === undefined) return 0;
  return toolTemplateTokens + Buffer.byteLength(JSON.stringify([tools, functions]));
}

/** Unused predicted tokens are charged as output. */
function predictionBytes({ prediction }: CompletionBody): number {
  return prediction ? Buffer.byteLength(JSON.stringify(prediction)) : 0;
}

/** Returns the number of requested answers, default 1. Some providers also accept it as a string. */
function count(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 1 ? Math.ceil(number) : 1;
}

/** Bounds of the non-text parts of messages. */
interface NonText {
  /** Maximum number of tokens. */
  readonly tokens: number;
  /** Bytes of the body that are an image, audio or a file in base64 instead of text. */
  readonly encodedBytes: number;
}

/** Providers read at most 100 pages of a file, each as an image and as text of at most about 3,000 tokens. */
const fileTokens = 500_000;

/** Minimum bytes of audio per token: 32 tokens per second at 6 kbit/s, the lowest rate of speech codecs. */
const soundBytesPerToken = 16;

/** Stored audio that a message refers to: bounded by the longest possible answer. */
const earlierSoundTokens = 16_384;

const bytesOfBase64 = (length: number) => Math.ceil((length * 3) / 4);

const nothing: NonText = { tokens: 0, encodedBytes: 0 };

interface Part {
  readonly type?: unknown;
  readonly image_url?: string | { readonly url?: unknown; readonly detail?: unknown } | null;
  readonly input_audio?: { readonly data?: unknown } | null;
  readonly file?: { readonly file_data?: unknown } | null;
}

/** Almost free if all messages are plain text. */
function nonTextOf(messages: readonly unknown[], model: string): NonText {
  let tokens = 0;
  let encodedBytes = 0;
  for (const message of messages) {
    const { content, audio } = (message ?? {}) as { content?: unknown; audio?: unknown };
    if (audio) tokens += earlierSoundTokens;
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      const found = boundOfPart((part ?? {}) as Part, model);
      tokens += found.tokens;
      encodedBytes += found.encodedBytes;
    }
  }
  return { tokens, encodedBytes };
}

/** The audio of a video is not added: it is at most a ninth of the video's tokens, whose bound is generous. */
export function soundOf({ messages, modalities, audio }: CompletionBody): Sound {
  return {
    heard: messages.some(isHeard),
    spoken: Boolean(audio) || (Array.isArray(modalities) && modalities.includes('audio')),
  };
}

function isHeard(message: unknown): boolean {
  const { content, audio } = (message ?? {}) as { content?: unknown; audio?: unknown };
  if (audio) return true;
  return Array.isArray(content) && content.some((part) => part?.type === 'input_audio');
}

/** An unknown part may refer to large remote content such as a video: it counts like a file. */
function boundOfPart(part: Part, model: string): NonText {
  if (typeof part === 'string') return nothing;
  switch (part.type) {
    case 'text':
    case 'refusal':
      return nothing;
    case 'image_url':
      return imageBound(part, model);
    case 'input_audio':
      return soundBound(part);
    case 'file':
      return fileBound(part);
    default:
      return { tokens: fileTokens, encodedBytes: 0 };
  }
}

/** The URL of a remote image is short and counts as text as well. */
function imageBound({ image_url: image }: Part, model: string): NonText {
  const { url, detail } = typeof image === 'string' ? { url: image, detail: undefined } : (image ?? {});
  const isData = typeof url === 'string' && url.startsWith('data:');
  return { tokens: imageTokens(model, detail), encodedBytes: isData ? url.length : 0 };
}

function soundBound({ input_audio: sound }: Part): NonText {
  const length = typeof sound?.data === 'string' ? sound.data.length : 0;
  return { tokens: Math.ceil(bytesOfBase64(length) / soundBytesPerToken), encodedBytes: length };
}

function fileBound({ file }: Part): NonText {
  const length = typeof file?.file_data === 'string' ? file.file_data.length : 0;
  return { tokens: Math.max(fileTokens, bytesOfBase64(length)), encodedBytes: length };
}
