import { type CompletionBody, isObject, outputLimitOf } from '../protocol/completion.ts';
import type { ProviderError } from './provider-error.ts';

/**
 * Parts of a request that the router adds or names: the option for usage in streams, the name of the output limit's field, the
 * default output limit, and the default service tier.
 */
export const additions = ['stream_options', 'limit_name', 'output_limit', 'service_tier'] as const;

export type Addition = (typeof additions)[number];

/** A request as it was sent. */
export interface SentRequest {
  /** `serviceTiers` is undefined for a provider without tiers. */
  readonly provider: { readonly serviceTiers: unknown };
  /** The caller's body. */
  readonly body: CompletionBody;
  readonly stream: boolean;
  /** Features that the request lacked, additions among them. */
  readonly lacked: ReadonlySet<string>;
}

const limitWords =
  /max_(?:completion_|new_|output_)?tokens|context[ _](?:length|window|size)|(?:completion|output) tokens/i;

/** Matches the messages of servers that do not know a field. Does not match a refusal of the field's value. */
const unknownFieldWords =
  /unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|not (?:permitted|allowed)|extra (?:input|field|param)|instead|invalid (?:field|parameter|argument)/i;

const fieldWords: Readonly<Record<'stream_options' | 'service_tier', RegExp>> = {
  stream_options: /stream_options|include_usage/i,
  service_tier: /service_tier/i,
};

/** Statuses of refusals that may concern a field: some servers fail with 500 because of one. */
const statuses = new Set([200, 400, 404, 413, 415, 422, 500, 501]);

/** Additions that a refusal names. */
export interface NamedAdditions {
  readonly named: readonly Addition[];
  /** True if the refusal says that the provider does not know the fields, false if it may know them. */
  readonly isLacked: boolean;
}

/** Returns the additions of a request that a refusal names. A refusal without a message may concern any of them. */
export function additionsNamedBy(error: ProviderError, sent: SentRequest): NamedAdditions {
  const { fault, statusCode = 0, message, code = '', param = '', isContentRefusal } = error;
  const isRefusal = (fault === 'caller' || fault === 'unavailable') && statuses.has(statusCode);
  if (!isRefusal || isContentRefusal) return { named: [], isLacked: false };
  if (fault === 'caller' && message === `HTTP ${statusCode}`)
    return { named: addedTo(sent), isLacked: false };
  const said = `${message} ${code} ${param}`;
  const isLacked = unknownFieldWords.test(said);
  const named = addedTo(sent).filter((addition) => isNamed(addition, said, isLacked));
  // A limit under another name is better than none.
  return {
    named: named.includes('limit_name') ? named.filter((each) => each !== 'output_limit') : named,
    isLacked,
  };
}

function isNamed(addition: Addition, said: string, isLacked: boolean): boolean {
  if (addition === 'output_limit') return limitWords.test(said);
  if (addition === 'limit_name') return isLacked && limitWords.test(said);
  return fieldWords[addition].test(said);
}

function addedTo({ provider, body, stream, lacked }: SentRequest): Addition[] {
  const isAdded: Readonly<Record<Addition, boolean>> = {
    stream_options: stream && !isObject(body.stream_options),
    limit_name: true,
    output_limit: outputLimitOf(body) === undefined,
    service_tier: provider.serviceTiers !== undefined && (body.service_tier ?? undefined) === undefined,
  };
  return additions.filter((addition) => isAdded[addition] && !lacked.has(addition));
}
