import type { Message } from '../chat/chat-request.ts';
import { type Block, blocksIn, type Canvas, canvasIn } from './blocks.ts';
import { descriptionIn, labelled, type Prompts } from './description.ts';
import {
  type IndustryName,
  industryOf,
  type LanguageCode,
  languageOf,
  textsOf,
  type VariantKind,
} from './language.ts';
import { readings, uncapitalised } from './reading.ts';
import { taggedText } from './tagged-text.ts';

/** Facts of the conversation that an answer is built from. */
export interface Brief {
  readonly language: LanguageCode;
  /** The business as it appears in a sentence: "Sunrise Bakery", or "the neighbourhood bakery". */
  readonly business: string;
  /** The proper name of the business, or the first clause of its description. */
  readonly title: string;
  /** False if the conversation describes no business. */
  readonly describesBusiness: boolean;
  readonly industry: IndustryName;
  /** The product or service. */
  readonly offer: string;
  /** The customers, alone ("commuters") and as the recipients of an offer ("for commuters"). */
  readonly audience: string;
  readonly forAudience: string;
  /** The canvas that the prompt asks to change or to review. Its blocks are empty if there is none. */
  readonly currentCanvas: Canvas;
  /** The variant of the current canvas that the prompt asks for. */
  readonly variant: Variant | null;
  /** The block that a refinement asks about. */
  readonly section: Block | null;
  /** All texts of the conversation: suggestions do not repeat them. */
  readonly said: string;
  /** The latest message of the user. */
  readonly question: string;
}

/** A variant of one of the usual kinds, or in words of the user. */
export interface Variant {
  readonly kind: VariantKind | 'own';
  readonly words: string;
}

/** "Section: channels", "Improve one section of a canvas: channels", and the same as a tag or a JSON field. */
const sectionLabel = /\b(?:section|block)\b[^\n.:>=]{0,60}[:>=]\s{0,4}([^\n.]{1,80})/gi;
/** The section is named early, so only the beginning of a long prompt is searched. */
const MAX_LABELS = 8_192;
const MAX_PHRASE = 60;
const MAX_NAME_WORDS = 7;
/** Length of the section's current content that takes part in recognising the language. */
const MAX_CONTENT = 400;

/** Reads the conversation, latest user message first. The same messages always give the same brief. */
export function briefOf(messages: readonly Message[]): Brief {
  const { users, instructions } = promptsOf(messages);
  const prompts = [...users, ...instructions];
  const description = descriptionIn({ users, instructions });
  const content = taggedText(users[0] ?? '', /current_content/)?.slice(0, MAX_CONTENT) ?? '';
  const language = languageOf(`${content}\n${description.text}`);
  const texts = textsOf(language);
  const offer = firstPhrase(readings[language].offers, description.text);
  // The words of the offer count twice: they say more about the trade than the customers do.
  const industry = industryOf(
    [labelled(prompts, /industry/), description.text, offer].filter(Boolean).join('\n'),
    language,
  );
  const name = properName(description.text, language);
  return {
    language,
    business: name ?? commonName(description.text, language) ?? texts.business,
    title: name ?? (firstClause(description.text) || texts.business),
    describesBusiness: description.marked || name !== null || industry !== 'general',
    industry,
    offer: offer ?? texts.industries[industry].offer,
    ...audienceOf(prompts, description.text, language, industry),
    currentCanvas: canvasIn(taggedText(users[0] ?? '', /current_canvas/) ?? ''),
    variant: variantIn(users[0] ?? ''),
    section: sectionOf(prompts),
    said: prompts.join('\n'),
    question: users[0] ?? '',
  };
}

function promptsOf(messages: readonly Message[]): Prompts {
  const latestFirst = messages.toReversed();
  const textsBy = (...roles: readonly string[]) =>
    latestFirst.filter(({ role }) => roles.includes(role)).map(({ text }) => text);
  return { users: textsBy('user'), instructions: textsBy('system', 'developer') };
}

function firstPhrase(patterns: readonly RegExp[], description: string): string | null {
  for (const pattern of patterns) {
    const found = pattern.exec(description)?.[1]?.trim().replace(/[.,]$/, '');
    if (found && found.length <= MAX_PHRASE) return found;
  }
  return null;
}

function properName(description: string, language: LanguageCode): string | null {
  const { names, quotesNames } = readings[language];
  const name = firstPhrase(names, description);
  return name !== null && quotesNames ? `«${name}»` : name;
}

/** The noun phrase at the beginning of the description, in the form that a sentence needs. A long one is not quoted. */
function commonName(description: string, language: LanguageCode): string | null {
  const { openings, phraseEnd, definite } = readings[language];
  const start = openings.reduce((text, opening) => text.replace(opening, ''), description);
  const end = start.search(phraseEnd);
  const phrase = (end > 0 ? start.slice(0, end) : start).trim();
  const isLong = phrase.length > MAX_PHRASE || phrase.split(/\s+/).length > MAX_NAME_WORDS;
  return phrase === '' || isLong ? null : definite(phrase);
}

/** The whole first clause of a description. */
function firstClause(description: string): string {
  const [clause = ''] = description.split(/\.(?=\s|$)|[,;:!?–—。，、；：！？،؛؟।۔]/, 1);
  return clause.trim();
}

function audienceOf(
  prompts: readonly string[],
  description: string,
  language: LanguageCode,
  industry: IndustryName,
): Pick<Brief, 'audience' | 'forAudience'> {
  const { wording, industries } = textsOf(language);
  const stated = labelled(prompts, /target[ _]?(?:market|customers?|audience)/);
  const audience =
    stated === null
      ? (firstPhrase(readings[language].audiences, description) ?? industries[industry].audience)
      : language === 'de'
        ? stated
        : uncapitalised(stated);
  const form = stated === null ? wording.audience : wording.statedAudience;
  return { audience, forAudience: form.replace('{x}', () => audience) };
}

const MAX_VARIANT = 80;

/** The variant in its tag. A kind is named before a colon: "Lean: the smallest version of this business". */
function variantIn(prompt: string): Variant | null {
  const words = taggedText(prompt, /variant/);
  if (words === null) return null;
  const [, named = ''] = /^(lean|premium|partnership):/i.exec(words) ?? [];
  return {
    kind: named === '' ? 'own' : (named.toLowerCase() as VariantKind),
    words: words.slice(0, MAX_VARIANT).toWellFormed(),
  };
}

/** The first label of a section or block that is followed by a block's name, else the block named first. */
function sectionOf(prompts: readonly string[]): Block | null {
  const labels = prompts.flatMap((prompt) => [...prompt.slice(0, MAX_LABELS).matchAll(sectionLabel)]);
  const named = labels.flatMap(([, label = '']) => blocksIn(label).slice(0, 1));
  return named[0] ?? blocksIn(prompts[0] ?? '')[0] ?? null;
}
