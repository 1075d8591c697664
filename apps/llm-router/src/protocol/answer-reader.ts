import { type ChunkData, type CompletionAnswer, isObject } from './completion.ts';

/** Thrown for a body or event that cannot be read without losing content. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a parsed whole answer. Returns the same object if it is in OpenAI's form, else a copy in that form. Throws
 * UnreadableError for an answer without content, unless its finish reason says why.
 */
export function readAnswer(value: unknown): CompletionAnswer {
  if (!isObject(value)) throw new UnreadableError('the answer is not an object');
  const choices = readChoices(value.choices, 'message');
  if (choices.length === 0) throw new UnreadableError('the answer has no choices');
  for (const choice of choices) assertContent(choice);
  return (choices === value.choices ? value : { ...value, choices }) as CompletionAnswer;
}

/**
 * Reads a parsed stream event. Returns the same object if it is in OpenAI's form, else a copy in that form. An event without
 * choices, such as usage, gets an empty list. Throws UnreadableError.
 */
export function readChunk(value: unknown): ChunkData {
  if (!isObject(value)) throw new UnreadableError('an event is not part of an answer');
  const choices = readChoices(value.choices, 'delta');
  return (choices === value.choices ? value : { ...value, choices }) as ChunkData;
}

/** Returns a whole answer as one event that ends its choices, and any other value as it is. Throws UnreadableError. */
export function toChunk(value: unknown): unknown {
  if (!isObject(value) || !Array.isArray(value.choices)) return value;
  const isWhole = value.choices.some(
    (choice) => isObject(choice) && isObject(choice.message) && !choice.delta,
  );
  if (!isWhole) return value;
  const choices = readAnswer(value).choices.map(({ message, ...choice }) => ({
    ...choice,
    delta: { ...message, ...numbered(message?.tool_calls) },
    finish_reason: choice.finish_reason ?? 'stop',
  }));
  return { ...value, object: 'chat.completion.chunk', choices };
}

/** Numbers the tool calls of a message, as events do. */
function numbered(calls: unknown): Fields {
  if (!Array.isArray(calls)) return {};
  return { tool_calls: calls.map((call: Fields, index) => ({ index, ...call })) };
}

/** Returns the usage-related fields of an event whose content cannot be read. */
export function withoutChoices(value: unknown): ChunkData | undefined {
  return isObject(value) ? { ...value, choices: [] } : undefined;
}

/** Returns the same list if nothing has to change, which is the frequent case. */
function readChoices(choices: unknown, key: 'message' | 'delta'): readonly Fields[] {
  if (choices === undefined || choices === null) return [];
  if (!Array.isArray(choices)) throw new UnreadableError('the choices are not a list');
  let changed: Fields[] | undefined;
  for (let at = 0; at < choices.length; at += 1) {
    const choice: unknown = choices[at];
    const read = readChoice(choice, key);
    if (read === choice) continue;
    changed ??= [...choices];
    changed[at] = read;
  }
  return changed ?? choices;
}

function readChoice(choice: unknown, key: 'message' | 'delta'): Fields {
  if (!isObject(choice)) throw new UnreadableError('a choice is not an object');
  const message = readMessage(choice[key], key);
  const { finish_reason: reason } = choice;
  const isProperReason = typeof reason === 'string' || reason === undefined || reason === null;
  if (isProperReason && message === choice[key]) return choice;
  return { ...choice, [key]: message, ...(isProperReason ? {} : { finish_reason: null }) };
}

function readMessage(message: unknown, key: 'message' | 'delta'): Fields {
  if (isObject(message)) {
    const { content, tool_calls: toolCalls } = message;
    if (!isToolCalls(toolCalls, key)) throw new UnreadableError('the tool calls are not readable');
    if (typeof content === 'string' || content === null || content === undefined) return message;
    return { ...message, ...contentOfParts(content, message) };
  }
  // The last event of a choice may lack a delta.
  if (key === 'delta' && (message === undefined || message === null)) return {};
  throw new UnreadableError(`a ${key} is not an object`);
}

function isToolCalls(value: unknown, key: 'message' | 'delta'): boolean {
  if (value === undefined || value === null) return true;
  if (!Array.isArray(value)) return false;
  return value.every((each) => isObject(each) && (key === 'delta' || isCall(each)));
}

function isCall({ function: called, custom }: Fields): boolean {
  return isObject(custom) || (isObject(called) && typeof called.name === 'string');
}

/** Converts content parts to text. Mistral sends reasoning as a part. */
function contentOfParts(content: unknown, { reasoning_content: earlier }: Fields): Fields {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  let text = '';
  let reasoning = typeof earlier === 'string' ? earlier : '';
  for (const part of parts) {
    if (isObject(part) && (part.type === 'thinking' || part.type === 'reasoning')) {
      reasoning += reasoningIn(part);
    } else text += textOfPart(part);
  }
  if (reasoning !== '') return { content: text, reasoning_content: reasoning };
  return { content: text === '' ? null : text };
}

function textOfPart(part: unknown): string {
  if (typeof part === 'string') return part;
  if (part === null || part === undefined) return '';
  if (!isObject(part)) throw new UnreadableError('the content is neither text nor a list of parts');
  const { text } = part;
  if (typeof text === 'string') return text;
  if (isObject(text) && typeof text.value === 'string') return text.value;
  // Parts of other types, such as references, have no text.
  const isText = part.type === 'text' || part.type === 'output_text';
  if (text === null || (text === undefined && !isText && typeof part.type === 'string')) return '';
  throw new UnreadableError('a part of the content has no readable text');
}

function reasoningIn({ thinking, reasoning, text }: Fields): string {
  const said = thinking ?? reasoning ?? text;
  if (typeof said === 'string') return said;
  if (!Array.isArray(said)) return '';
  return said.map((each) => (isObject(each) && typeof each.text === 'string' ? each.text : '')).join('');
}

/** Finish reasons of a complete answer. Together sends `eos`. */
const completeReasons = new Set(['stop', 'eos', 'tool_calls', 'function_call']);

/** Returns true if a finish reason belongs to a complete answer. */
export function isCompleteReason(reason: unknown): boolean {
  return typeof reason === 'string' && completeReasons.has(reason.toLowerCase());
}

/** Returns true if a message or delta carries an answer: text, a tool call or audio. */
export function hasAnswer({ content, tool_calls: toolCalls, function_call: call, audio }: Fields): boolean {
  if (typeof content === 'string' && content.trim() !== '') return true;
  return (Array.isArray(toolCalls) && toolCalls.length > 0) || isObject(call) || isObject(audio);
}

/** Returns true if a message or delta carries a refusal. */
export function hasRefusal({ refusal }: Fields): boolean {
  return typeof refusal === 'string' && refusal !== '';
}

/** Returns the reasoning of a message or delta. Servers use two names. */
export function reasoningOf({ reasoning_content: content, reasoning }: Fields): string {
  if (typeof content === 'string' && content !== '') return content;
  return typeof reasoning === 'string' ? reasoning : '';
}

/** Returns true if any choice of a parsed body or event, read or not, carries a part of an answer. */
export function carriesAnswer(value: unknown): boolean {
  const choices = isObject(value) ? value.choices : undefined;
  if (!Array.isArray(choices)) return false;
  return choices.some((choice) => {
    if (!isObject(choice)) return false;
    const said = choice.message ?? choice.delta;
    return isObject(said) && (hasAnswer(said) || hasRefusal(said) || reasoningOf(said) !== '');
  });
}

/** Returns true if a delta carries anything besides its role. */
export function hasContent(delta: Fields): boolean {
  for (const name in delta) {
    const value = delta[name];
    const isEmpty = value === null || value === undefined || value === '';
    if (name !== 'role' && !isEmpty && !(Array.isArray(value) && value.length === 0)) return true;
  }
  return false;
}

/** Counts the bytes of a delta: text and reasoning as they are, and everything else, such as tool calls, as JSON. */
export function contentBytesOf(delta: Fields): number {
  let bytes = 0;
  for (const name in delta) {
    const value = delta[name];
    if (typeof value === 'string') bytes += name === 'role' ? 0 : Buffer.byteLength(value);
    else if (value !== null && value !== undefined) bytes += Buffer.byteLength(JSON.stringify(value));
  }
  return bytes;
}

/** An empty text is an answer, but missing content is a fault, unless the finish reason says that the answer is not complete. */
function assertContent({ message, finish_reason: reason }: Fields): void {
  const said = message as Fields;
  if (typeof said.content === 'string' || hasAnswer(said) || hasRefusal(said) || reasoningOf(said) !== '')
    return;
  if (typeof reason === 'string' && reason !== '' && !isCompleteReason(reason)) return;
  throw new UnreadableError('the answer has no content');
}

/** Returns true if an answer may be shared: every choice is complete, has an answer and contains no refusal. */
export function isShareable({ choices }: CompletionAnswer): boolean {
  return choices.every(({ message, finish_reason: reason }) => {
    const said: Fields = message ?? {};
    return isCompleteReason(reason) && hasAnswer(said) && !hasRefusal(said);
  });
}

/** Returns the number of a choice; 0 if it is missing or invalid. */
export function indexOf({ index }: { readonly index?: unknown }): number {
  if (typeof index === 'number') return index;
  return typeof index === 'string' && /^\d+$/.test(index) ? Number(index) : 0;
}
