/** Secrets and personal data that texts of a log line may contain, with the word that replaces each. */
const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // User and password of a URL come before mail addresses, which they look like.
  [/(?<=:\/\/)[^\s/@"\\]*:[^\s/@"\\]*@/g, '[credentials]@'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g, '[key]'],
  [/\bBearer [\w.~+/=-]{8,}/g, 'Bearer [key]'],
  // JSON Web Tokens.
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, '[key]'],
  // Keys of OpenAI, Stripe, GitHub, Slack, AWS and age, and of this platform.
  [/\b(?:sk|pk|rk)[-_][\w-]{16,}/g, '[key]'],
  [/\bvc_[0-9A-Za-z]{8}_[0-9A-Za-z]{16,}/g, '[key]'],
  [/\bgh[a-z]_\w{20,}|\bxox[a-z]-[\w-]{10,}|\bA(?:KIA|SIA)[0-9A-Z]{16}\b/g, '[key]'],
  [/\bAGE-SECRET-KEY-1[0-9A-Z]+/g, '[key]'],
  [/[\w.+%-]{1,64}@(?:[\w-]{1,63}\.)+[a-zA-Z]{2,}/g, '[mail]'],
];

/** Digits of a payment card: 13 to 19, in groups or not, and not part of an ID. */
const card = /(?<![\w.-])[3-6](?:[ -]?\d){12,18}(?![\w-])/g;

/** Finds most lines without anything to redact, which then cost one search. */
const suspicious =
  /@|-----BEGIN|Bearer |\beyJ|\b[spr]k[-_]|\bvc_|\bgh[a-z]_|\bxox|\bA[KS]IA|AGE-SECRET|\d(?:[ -]?\d){12}/;

const jsonText = /"(?:[^"\\]|\\.)*"/g;

/** Redacts mail addresses, keys, credentials in URLs and card numbers in all texts of a JSON line. Numbers stay as they are. */
export function redactLine(line: string): string {
  return suspicious.test(line) ? line.replace(jsonText, redactText) : line;
}

function redactText(text: string): string {
  const redacted = patterns.reduce((rest, [pattern, word]) => rest.replace(pattern, word), text);
  return redacted.replace(card, (digits) => (passesLuhn(digits) ? '[card]' : digits));
}

/** The checksum of card numbers, ISO/IEC 7812-1. */
function passesLuhn(text: string): boolean {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
