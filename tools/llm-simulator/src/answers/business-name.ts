const named = /\b(?:called|named)\s+["“'‘]?(\p{Lu}[\p{L}\d&'’.-]*(?:\s+(?:&|\p{Lu}[\p{L}\d&'’.-]*))*)/u;
const quoted = /["“]([^"”\n]{2,60})["”]/;
const leading =
  /^(\p{Lu}[\p{L}\d&'’-]*(?:\s+(?:(?:&|and|of|de|la)\s+)?\p{Lu}[\p{L}\d&'’-]*)*)(?=\s+(?:is|are|(?:sell|offer|help|provide|make|deliver|run|bake|brew|rent|build|serve|ship|connect|repair|design|create|produce|let|give|turn)s?|teaches)\b|\s*[,:–—(]|\s+-|\.?$)/u;

/** Two capitalised words within a sentence, unless they tell a place or belong to a longer title. */
const inside =
  /(?<!(?:\b(?:in|at|near|from|across|around|of|to)|\p{Lu}[\p{L}\d]*))\s(?!Business Model)(\p{Lu}[\p{L}\d&'’-]*(?:\s+(?:&\s+)?\p{Lu}[\p{L}\d&'’-]*)+)/u;

/** Capitalised because a sentence begins with them, not because they are names. */
const openers =
  /^(?:An?|The|We|I|It|This|Our|My|Your|Some|Please|Generate|Create|Build|Write|Give|Improve|Suggest|Tell|Explain|Hello|Hi|What|How|Why)\b/;

const preamble =
  /^(?:(?:we|i)(?:'re|'m| are| am| run| own| have| sell| want to (?:open|start|build|launch|create)| plan to \w+)?|it is|this is|our \w+ is|(?:open|start|launch|build)(?:ing)?|please|hello|hi)\b[\s,]*/i;
/** A question or an order: its first noun phrase comes after an article. */
const request =
  /^(?:how|what|which|why|when|where|who|can|could|should|do|does|is|are|tell|explain|suggest|improve|write|give|generate|create|describe|help|list|name)\b.*?\b(?=(?:an?|the|my|our)\s)/i;
const article = /^(?:an?|the|my|our|your|this|some)\s+/i;
const phraseEnd =
  /[,.;:!?()\n–—]|\s-\s|\s(?:that|which|who|where|sell(?:s|ing)?|offer(?:s|ing)?|bak(?:es|ing)|for|in|with|to|from|near|serv(?:es|ing)|help(?:s|ing)?|provid(?:es|ing)|deliver(?:s|ing)|mak(?:es|ing)|teach(?:es|ing)|us(?:es|ing)|rent(?:s|ing)|is|are|on|at|by|and|sold)\s/i;
const MAX_WORDS = 6;
/** It stands in every sentence of an answer. */
const MAX_LENGTH = 60;

/** How to speak of the business: its name where the description has one, else "the" and what it is. */
export function businessName(description: string): string {
  return properName(description) ?? commonName(description);
}

function properName(description: string): string | null {
  const explicit = named.exec(description)?.[1] ?? quoted.exec(description)?.[1];
  if (explicit) return cut(explicit.trim().replace(/[.,]$/, ''));
  const first = openers.test(description) ? undefined : leading.exec(description)?.[1];
  const name = first ?? inside.exec(description)?.[1] ?? null;
  return name !== null && name.length <= MAX_LENGTH ? name : null;
}

function commonName(description: string): string {
  const start = description.replace(request, '').replace(preamble, '').replace(article, '');
  const end = start.search(phraseEnd);
  const phrase = (end > 0 ? start.slice(0, end) : start).trim();
  const words = cut(phrase.split(/\s+/).slice(0, MAX_WORDS).join(' '));
  if (words === '') return 'the business';
  return `the ${/^\p{Lu}\p{Ll}/u.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words}`;
}

function cut(name: string): string {
  return name.slice(0, MAX_LENGTH).toWellFormed();
}
