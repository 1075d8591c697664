import type { CompletionBody } from '../providers/chat-completion.ts';
import { imageTokens } from './image-tokens.ts';

/** What the parts of messages that are not text come to. */
export interface NonText {
  /** The most tokens that they can take. */
  readonly tokens: number;
  /** Bytes of the body that are not text but an image, a sound or a file in base64. */
  readonly encodedBytes: number;
}

/** Where a request has to do with sound, whose tokens have prices of their own. */
export interface Sound {
  /** Whether the model is given some to hear. */
  readonly heard: boolean;
  /** Whether it may answer with some. */
  readonly spoken: boolean;
}

/** A file is read up to 100 pages by those who read any, each as an image and as text of at most some 3,000 tokens. */
const fileTokens = 500_000;

/** Bytes of sound that one token stands for at least: 32 tokens a second, at the 6 kbit/s of the thinnest speech codecs. */
const soundBytesPerToken = 16;

/** An answer in sound that the provider has kept and that a message refers to: as long as answers can be. */
const earlierSoundTokens = 16_384;

const bytesOfBase64 = (length: number) => Math.ceil((length * 3) / 4);

const nothing: NonText = { tokens: 0, encodedBytes: 0 };

interface Part {
  readonly type?: unknown;
  readonly image_url?: string | { readonly url?: unknown; readonly detail?: unknown } | null;
  readonly input_audio?: { readonly data?: unknown } | null;
  readonly file?: { readonly file_data?: unknown } | null;
}

/** Costs next to nothing where all messages are plain text. */
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

/** A film's own sound does not count: it is at most a ninth of its tokens, which are bounded generously. */
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

/** What we do not know may point to something large elsewhere, as a video: it counts like a file. */
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

/** The address of an image elsewhere is short and counts as text, too. */
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
