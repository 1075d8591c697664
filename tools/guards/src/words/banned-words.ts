/** A wording that hides its subject or is not the field's term, and what to write instead. */
export interface BannedWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

const nameIt = 'name the client, caller, user, replica or component';

/**
 * Wordings that once made this code hard to read. Patterns are tried on each line, in prose and in identifiers alike, so
 * they must be specific. `docs/glossary.md` has the terms to use.
 */
export const bannedWords: readonly BannedWord[] = [
  // Not the account `nobody` of Unix.
  { pattern: /(?<!['`])\b(nobody|no one)\b(?!['`]| account)|[a-z]Nobody/i, instead: nameIt },
  { pattern: /\b(somebody|someone|anybody|whoever|whomever|whom)\b/i, instead: nameIt },
  {
    pattern: /(\/\*\*|^\s*(\*|\/\/|--)) (What|Who|Whether|Where)\b(?!.*\?)/,
    instead: 'begin the comment with a verb or a noun phrase',
  },
  {
    pattern: /\b(anew|thereby|whereof|whereupon|therein|hereby|thereof)\b/i,
    instead: '"again", or leave it out',
  },
  {
    pattern: /\b(is|are|was|were|be|been|being|goes|stays|while \w+ is) away\b|'away'/i,
    instead: '"unavailable", or "has disconnected" for a client',
  },
  { pattern: /\b(has|have|had) gone away\b/i, instead: '"has disconnected"' },
  { pattern: /dearest/i, instead: '"highest price" or "maximum cost"' },
  { pattern: /\bla(id|y|ys|ying) aside\b|layAside/i, instead: '"dead letter"' },
  { pattern: /\bboarding\b|\blanded\b/i, instead: '"join", "finish" (single flight)' },
  { pattern: /\bpatien(ce|t)\b/i, instead: '"timeout"' },
  { pattern: /surely\b/i, instead: 'the mechanism, such as "retry while unavailable"' },
  { pattern: /\bfarewell\b/i, instead: '"client disconnect"' },
  { pattern: /\bbelieve[sd]?\b/i, instead: '"trust" or "cache"' },
  { pattern: /\bmakes? up for\b|\bmade up for\b/i, instead: '"retry" or "settle later"' },
  { pattern: /\bcome about\b|\bcomes about\b|\bcame of\b/i, instead: '"is created", "result"' },
  { pattern: /\bspread(s|ing)? (a |the )?(change|news|word)/i, instead: '"publish"' },
];
