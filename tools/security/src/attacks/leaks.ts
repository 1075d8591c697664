import type { Answer } from './target.ts';

/** Markup that attacks send in every text field. */
export const markup = '<vc-probe>"\'';

/** Internal details that an error must not reveal. */
const secrets: readonly (readonly [string, RegExp])[] = [
  ['a stack', /(?:\n|\\n)\s*at [^\n\\]+[:(]/],
  [
    'a file',
    /node_modules|file:\/\/|\.(?:ts|js|mjs|cjs):\d+|(?:^|[\s"'(])\/(?:app|home|root|usr|srv|opt|work)\/[\w.-]/,
  ],
  [
    'SQL',
    /\bselect\b.{1,200}\bfrom\b\s+\S+\s+(?:as|join|limit|order|where)\b|\binsert into\b|\bdelete from\b|\bupdate \S+ set\b|syntax error at or near|violates [\w-]+(?: [\w-]+)? constraint|\brelation "|\bcolumn "|invalid input syntax|SQLSTATE|\bvc_private\b/i,
  ],
  ['a failed connection', /\bE(?:CONNREFUSED|CONNRESET|NOTFOUND|AI_AGAIN|PIPE|TIMEDOUT)\b|UND_ERR_/],
  [
    'an internal host',
    /\b(?:127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|localhost)\b|\.svc\b|\.cluster\.local\b/,
  ],
  ['its own software', /\b(?:fastify|undici|ioredis|typebox|ajv|kysely|postgres(?:ql)?|bullmq)/i],
];

/**
 * Lists internal details in the answer to a bad request. `url` is the platform's public origin. Text that was `said` in
 * the request is ignored.
 */
export function leaksIn(
  answer: Pick<Answer, 'status' | 'headers' | 'text'>,
  url: string,
  said = '',
): string[] {
  if (answer.status < 400 || answer.text === '') return [];
  // Links for people are configured and may name this machine.
  const text = answer.text.replace(/"upgradeUrl":"[^"]*"/g, '').replaceAll(url, '');
  const shown = secrets.filter(([, pattern]) => pattern.test(text) && !pattern.test(said));
  const leaks = shown.map(([what]) => `it shows ${what}`);
  const type = String(answer.headers['content-type'] ?? '');
  if (!/^application\/(?:[\w.-]+\+)?json\b/.test(type)) leaks.push(`it is ${type || 'of no type'}, not JSON`);
  if (answer.headers['x-content-type-options'] !== 'nosniff') leaks.push('a browser may guess its type');
  return leaks;
}
