import type { Message } from '../chat/chat-request.ts';
import { type Block, blocksIn } from './blocks.ts';
import { businessName } from './business-name.ts';
import { descriptionIn, labelled, type Prompts } from './description.ts';
import type { Industry } from './industries/industry.ts';
import { industryOf } from './industries/industry-of.ts';

/** What an answer needs to know of the conversation. */
export interface Brief {
  /** How to speak of the business: "Sunrise Bakery", or "the neighbourhood bakery". */
  readonly business: string;
  readonly industry: Industry;
  /** What it sells. */
  readonly offer: string;
  /** To whom. */
  readonly audience: string;
  /** The block that a refinement asks about. */
  readonly section: Block | null;
  /** Everything that was said: suggestions do not repeat it. */
  readonly said: string;
}

const offerPattern =
  /\b(?:sell|offer|provid|mak|bak|deliver|rent|teach|build|brew|produc|design)(?:e?s|ing|e)?\s+(.+?)(?=[,.;?!]|\s(?:to|for|in|from|with|at|by|through|that|who|and)\b|$)/i;
const audiencePattern =
  /\b(?:for|serving|targeting|aimed at|sold to|to)\s+(?!(?:a|an|the|make|help|be|sell|build|open|start)\b)(.+?)(?=[,.;?!]|\s(?:in|with|by|through|who|that|from)\b|$)/i;
/** "Section: channels", "Improve one section of a canvas: channels", and the same as a tag or a JSON field. */
const sectionLabel = /\b(?:section|block)\b[^\n.:>=]{0,60}[:>=]\s{0,4}([^\n.]{1,80})/gi;
/** The section is named early; long prompts stay cheap. */
const MAX_LABELS = 8_192;
const MAX_PHRASE = 60;

/** Reads the conversation, latest user message first. The same messages always give the same brief. */
export function briefOf(messages: readonly Message[]): Brief {
  const { users, instructions } = promptsOf(messages);
  const prompts = [...users, ...instructions];
  const description = descriptionIn({ users, instructions });
  const said = prompts.join('\n');
  const industry = industryOf(`${labelled(prompts, /industry/) ?? ''} ${description}`);
  return {
    business: businessName(description),
    industry,
    offer: phrase(offerPattern, description) ?? industry.offer,
    audience:
      labelled(prompts, /target[ _]?(?:market|customers?|audience)/) ??
      phrase(audiencePattern, description) ??
      industry.audience,
    section: sectionOf(prompts),
    said,
  };
}

function promptsOf(messages: readonly Message[]): Prompts {
  const latestFirst = messages.toReversed();
  const textsOf = (...roles: readonly string[]) =>
    latestFirst.filter(({ role }) => roles.includes(role)).map(({ text }) => text);
  return { users: textsOf('user'), instructions: textsOf('system', 'developer') };
}

function phrase(pattern: RegExp, description: string): string | null {
  const found = pattern.exec(description)?.[1]?.trim();
  return found && found.length <= MAX_PHRASE ? found : null;
}

/** The first label of a section or block that is followed by a block's name, else the block named first. */
function sectionOf(prompts: readonly string[]): Block | null {
  const labels = prompts.flatMap((prompt) => [...prompt.slice(0, MAX_LABELS).matchAll(sectionLabel)]);
  const named = labels.flatMap(([, label = '']) => blocksIn(label).slice(0, 1));
  return named[0] ?? blocksIn(prompts[0] ?? '')[0] ?? null;
}
