import type { Message } from '../chat/chat-request.ts';
import { type Block, blockNamed, blocksIn } from './blocks.ts';
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

function sectionOf(prompts: readonly string[]): Block | null {
  const label = labelled(prompts, /(?:canvas )?(?:section|block)(?: to \w+)?/);
  const fromLabel = label === null ? null : (blockNamed(label) ?? blocksIn(label)[0]);
  return fromLabel ?? blocksIn(prompts[0] ?? '')[0] ?? null;
}
