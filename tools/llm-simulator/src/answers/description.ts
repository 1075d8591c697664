import { blocks } from './blocks.ts';
import { taggedText, withoutTags } from './tagged-text.ts';

/** Characters of a prompt that the patterns read: the business is named early, and long prompts stay cheap. */
const MAX_READ = 8_192;
const MAX_DESCRIPTION = 400;

/** Unambiguous marks of the business in prompts, surest first. The first group is the description. */
const marks: readonly RegExp[] = [
  /"business_?(?:description|idea)?"\s*:\s*"((?:[^"\\]|\\.)+)"/i,
  /^[^\w\n]*(?:business(?: description| idea| concept)?|company|description|idea|start-?up)\b\W{0,4}[:=]\W{0,4}(\S.*)$/im,
  /\b(?:following|this) (?:business|company|idea|start-?up)\b[^\n:]{0,40}:\s*(\S.*)/i,
];

/** Words that may mark the business: "a business model canvas for …". Instructions to the model use them too. */
const hint =
  /\b(?:canvas|business model|business plan|business)\b[^.:\n]{0,60}?\b(?:for|about|of)\b[\s:]+(\S.*)/i;

/** The messages of the users and the instructions to the model, latest first. */
export interface Prompts {
  readonly users: readonly string[];
  readonly instructions: readonly string[];
}

const businessTag = /business[_-]?(?:description|idea)?/;
const businessLabel = /^(?:the )?business(?: description| idea)?\s*:\s*/i;
/** The blocks of the canvas, which follow the description in a context. */
const firstBlock = new RegExp(`\\n(?:${blocks.join('|')}):`);

/** The part of the prompts that describes the business. */
export interface Description {
  readonly text: string;
  /** True if tags, a label or a hint mark it as a description. */
  readonly marked: boolean;
}

/**
 * The description in tags, else after a label, else the longest message of a user. Empty if the prompts contain a
 * section to improve but no description.
 */
export function descriptionIn({ users, instructions }: Prompts): Description {
  const prompts = [...users, ...instructions];
  const marked = inTags(prompts) ?? firstMatch(prompts, marks) ?? firstMatch(users, [hint]);
  const longest = users.reduce((leader, each) => (each.length > leader.length ? each : leader), '');
  return { text: tidy(marked ?? longest), marked: marked !== null };
}

function inTags(prompts: readonly string[]): string | null {
  for (const prompt of prompts) {
    const business = taggedText(prompt, businessTag);
    if (business) return business.replace(businessLabel, '');
    const context = taggedText(prompt, /context/);
    if (context) return inContext(context);
    if (taggedText(prompt, /current_content/) !== null) return '';
  }
  return null;
}

function inContext(context: string): string {
  if (!businessLabel.test(context)) return firstMatch([context], marks) ?? context;
  const end = context.search(firstBlock);
  return (end < 0 ? context : context.slice(0, end)).replace(businessLabel, '');
}

function firstMatch(prompts: readonly string[], patterns: readonly RegExp[]): string | null {
  for (const prompt of prompts) {
    const head = prompt.slice(0, MAX_READ);
    for (const pattern of patterns) {
      const found = pattern.exec(head)?.[1];
      if (found) return found;
    }
  }
  return null;
}

/** The value of a labelled line such as "Target market: commuters", or of a JSON field of that name. */
export function labelled(prompts: readonly string[], label: RegExp): string | null {
  const pattern = new RegExp(`(?:^|[\\n"*<])(?:${label.source})["*>]*\\s*[:=>]\\s*["*]*([^"\\n<]+)`, 'i');
  for (const prompt of prompts) {
    const found = pattern.exec(prompt.slice(0, MAX_READ))?.[1]?.trim();
    if (found) return found.slice(0, MAX_DESCRIPTION);
  }
  return null;
}

function tidy(text: string): string {
  return withoutTags(text.slice(0, MAX_DESCRIPTION))
    .replace(/\\[nrt]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^["'\s]+|["'\s]+$/g, '');
}
