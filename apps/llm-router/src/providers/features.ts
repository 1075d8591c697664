import { type CompletionBody, isObject } from '../protocol/completion.ts';
import { additions, additionsNamedBy, type SentRequest } from './additions.ts';
import type { ProviderError } from './provider-error.ts';

/** Features of OpenAI's protocol that a model may lack, and that the router can replace or leave out. */
export const features = ['json_schema', 'json_object', 'developer', ...additions] as const;

/** `json_schema` and `json_object` are response formats, `developer` is a role of messages. The others are additions. */
export type Feature = (typeof features)[number];

export type Features = ReadonlySet<Feature>;

/**
 * Returns the body without the given features. A response format is replaced by the next weaker one, and a system message
 * describes what the weaker one does not enforce. The role `developer` becomes `system`. Returns the same body if it uses none of them.
 */
export function withoutFeatures(body: CompletionBody, lacked: Features): CompletionBody {
  if (lacked.size === 0) return body;
  return withWeakerFormat(lacked.has('developer') ? withoutDeveloper(body) : body, lacked);
}

function withoutDeveloper(body: CompletionBody): CompletionBody {
  if (!body.messages.some(isOfDeveloper)) return body;
  const messages = body.messages.map((message) =>
    isOfDeveloper(message) ? { ...message, role: 'system' } : message,
  );
  return { ...body, messages };
}

function isOfDeveloper(message: unknown): message is Readonly<Record<string, unknown>> {
  return isObject(message) && message.role === 'developer';
}

function withWeakerFormat(body: CompletionBody, lacked: Features): CompletionBody {
  const wanted = formatOf(body);
  const sent = formatSent(body, lacked);
  if (wanted === sent) return body;
  const { response_format: format, ...rest } = body;
  const messages = withInstruction(body.messages, instructionFor(format));
  return { ...rest, messages, ...(sent === undefined ? {} : { response_format: { type: sent } }) };
}

type Format = 'json_schema' | 'json_object';

/** Returns the requested format that the router can replace. A schema that is not an object has no replacement. */
function formatOf({ response_format: format }: CompletionBody): Format | undefined {
  if (!isObject(format)) return undefined;
  if (format.type === 'json_object') return 'json_object';
  return format.type === 'json_schema' && schemaIn(format) ? 'json_schema' : undefined;
}

function schemaIn({ json_schema: described }: Readonly<Record<string, unknown>>) {
  return isObject(described) && isObject(described.schema) ? described.schema : undefined;
}

/** Returns the format that a body has without the given features. */
function formatSent(body: CompletionBody, lacked: Features): Format | undefined {
  const wanted = formatOf(body);
  if (wanted === undefined || !lacked.has(wanted)) return wanted;
  return wanted === 'json_schema' && !lacked.has('json_object') ? 'json_object' : undefined;
}

function instructionFor(format: unknown): string {
  const schema = isObject(format) ? schemaIn(format) : undefined;
  return schema === undefined
    ? 'Answer with one JSON object, without any other text and without code fences.'
    : `Answer with JSON that matches this JSON Schema, without any other text and without code fences:\n${JSON.stringify(schema)}`;
}

/** Extends the first system message, because the templates of some models accept no second one. */
function withInstruction(messages: readonly unknown[], instruction: string): readonly unknown[] {
  const [first, ...others] = messages;
  const isExtensible = isObject(first) && (first.role === 'system' || first.role === 'developer');
  if (!isExtensible) return [{ role: 'system', content: instruction }, ...messages];
  const { content } = first;
  if (Array.isArray(content)) {
    return [{ ...first, content: [...content, { type: 'text', text: instruction }] }, ...others];
  }
  const text = typeof content === 'string' && content !== '' ? `${content}\n\n${instruction}` : instruction;
  return [{ ...first, content: text }, ...others];
}

/** Features that a provider's refusal names. */
export interface NamedFeatures {
  readonly named: readonly Feature[];
  /** True if the refusal says that the model lacks the features, false if the request may be at fault. */
  readonly isLacked: boolean;
}

const formatWords =
  /response[ _.-]?format|json[ _-]?(?:schema|object|mode)|structured[ _-]?output|guided[ _-]?(?:json|decoding)/i;

const roleWords = /\broles?\b/i;

const lackWords =
  /(?:\b(?:not|no)|n['’]t)\b[^.]{0,40}\b(?:support|available|allow|permit|implement|enabl|recogni[sz]|accept|valid)|unsupported|unavailable|unknown|unrecogni[sz]ed|unexpected|unimplemented|extra (?:input|field|param)|\b(?:must|should) be\b|\binput should\b|\bexpected\b|\bonly\b[^.]{0,60}\b(?:support|allow|accept)|invalid (?:value|type|enum|option|parameter)/i;

/** Faults of the schema itself, and of a format that the model has but the request uses wrongly. */
const schemaFaultWords =
  /invalid (?:json )?schema|schema (?:is |was )?(?:not valid|invalid|too)|\bkeywords?\b|\bin context\b|additionalProperties|\bpropert(?:y|ies)\b|\$ref|\brecursi|\bnest(?:ed|ing)|\brequired\b|\bmust (?:have|contain)\b/i;

/**
 * Returns the features that a refusal of a request names, if the request used them. Providers word such refusals freely, so the
 * words decide. With `isSchemaBinding`, a refusal of the schema itself is the caller's, and names no feature.
 */
export function featuresNamedBy(
  error: ProviderError,
  sent: SentRequest & { readonly lacked: Features },
  isSchemaBinding: boolean,
): NamedFeatures | undefined {
  const { named, isLacked } = additionsNamedBy(error, sent);
  return named.length > 0 ? { named, isLacked } : replaceableNamedBy(error, sent, isSchemaBinding);
}

/** Returns the response format or the role that a refusal names. */
function replaceableNamedBy(
  { fault, message, param = '', code = '' }: ProviderError,
  sent: { readonly body: CompletionBody; readonly lacked: Features },
  isSchemaBinding: boolean,
): NamedFeatures | undefined {
  if (fault !== 'caller') return undefined;
  const text = `${param} ${code} ${message}`;
  const { body, lacked } = sent;
  const hasDeveloper = !lacked.has('developer') && body.messages.some(isOfDeveloper);
  if (hasDeveloper && /developer/i.test(text)) return { named: ['developer'], isLacked: true };
  const format = formatSent(body, lacked);
  if (format && formatWords.test(text)) {
    const isSchemaFault = schemaFaultWords.test(message);
    if (isSchemaFault && isSchemaBinding) return undefined;
    return { named: [format], isLacked: !isSchemaFault && lackWords.test(text) };
  }
  return hasDeveloper && roleWords.test(text) ? { named: ['developer'], isLacked: false } : undefined;
}

/** Time for which a learned lack is remembered, so that an updated server gets the feature again. */
const rememberedMs = 3_600_000;

/** Maximum number of remembered models. */
const maxModels = 1_000;

/** The features that the models of one provider turned out to lack. */
export interface LearnedFeatures {
  /** Undefined if nothing has been learned, or it was long ago. */
  lackedBy(model: string): Features | undefined;
  /** Remembers what a model lacks, together with what is remembered already. */
  learn(model: string, lacked: Features): void;
}

export function createLearnedFeatures(now: () => number): LearnedFeatures {
  const remembered = new Map<string, { readonly lacked: Features; readonly until: number }>();

  function lackedBy(model: string): Features | undefined {
    const found = remembered.get(model);
    if (!found || now() < found.until) return found?.lacked;
    remembered.delete(model);
    return undefined;
  }

  return {
    lackedBy,
    learn(model, lacked) {
      const all = new Set([...(lackedBy(model) ?? []), ...lacked]);
      remembered.delete(model);
      remembered.set(model, { lacked: all, until: now() + rememberedMs });
      const [oldest] = remembered.keys();
      if (remembered.size > maxModels && oldest !== undefined) remembered.delete(oldest);
    },
  };
}
