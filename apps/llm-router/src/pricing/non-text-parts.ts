import type { CompletionBody } from '../providers/chat-completion.ts';
import { imageTokens } from './image-tokens.ts';

/** Bounds of the non-text parts of messages. */
export interface NonText {
  /** Maximum number of tokens. */
  readonly tokens: number;
  /** Bytes of the body that are an image, audio or a file in base64 instead of text. */
  readonly encodedBytes: number;
}

/** Use of audio, whose tokens have their own prices. */
export interface Sound {
  /** True if the request contains audio. */
  readonly heard: boolean;
  /** True if the answer may contain audio. */
  readonly spoken: boolean;
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
export function nonTextOf(messages: readonly unknown[], model: string): NonText {
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
