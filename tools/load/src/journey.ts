import type { Account } from './accounts.ts';
import { type Answer, type Request, type Send, textAt, valueAt } from './exchange.ts';

/** A user of the scenario. */
export interface VirtualUser {
  account: Account;
  /** The user's latest canvas. */
  canvasId: string | undefined;
}

/** One request of a user, and its outcome. */
export interface Observation {
  readonly action: Action;
  readonly status: number;
  readonly durationMs: number;
  /** False for a status from 400, no answer, and an answer without what it promises. */
  readonly succeeded: boolean;
  /** For the answers of a model: did this one come from the cache? */
  readonly cached: boolean | undefined;
}

export type Action = keyof typeof actions;

interface ActionPlan {
  /** Share of the requests, in percent. */
  readonly share: number;
  readonly request: (user: VirtualUser, random: () => number) => Omit<Request, 'token'>;
  /** `model`: the answer contains `cached`. */
  readonly answeredBy?: 'model';
}

const model = 'meta-llama/Llama-3-70b-chat-hf';

/** Questions that each user asks again and again. */
const questions = [
  'Which three risks does a bakery with delivery by bicycle have?',
  'How does a marketplace for used tools find its first sellers?',
  'Which prices do language schools for adults charge?',
  'Who are the key partners of a hotel for dogs?',
  'Which channels reach people who repair their own furniture?',
] as const;

const businesses = [
  'A bakery',
  'A repair shop',
  'A vineyard',
  'A climbing hall',
  'A school for sailors',
] as const;
const blocks = ['channels', 'keyPartners', 'revenueStreams', 'customerSegments'] as const;

const canvasPath = ({ canvasId }: VirtualUser, more = ''): string | undefined =>
  canvasId && `/api/canvas/${canvasId}${more}`;

const newDescription = (random: () => number): string =>
  `${pick(businesses, random)} that delivers to ${Math.floor(random() * 1e9)} homes`;

const generate = (_user: VirtualUser, random: () => number): Omit<Request, 'token'> => ({
  method: 'POST',
  path: '/api/canvas/generate',
  body: { businessDescription: newDescription(random), model },
});

/** The requests of users, with their shares. */
export const actions = {
  'repeated question': {
    share: 40,
    answeredBy: 'model',
    request: (_user, random) => chat(pick(questions, random)),
  },
  'new question': {
    share: 20,
    answeredBy: 'model',
    request: (_user, random) => chat(`${pick(questions, random)} Case ${Math.floor(random() * 1e9)}.`),
  },
  'generate a canvas': { share: 8, answeredBy: 'model', request: generate },
  'refine a block': {
    share: 4,
    answeredBy: 'model',
    request(user, random) {
      const path = canvasPath(user, '/refine');
      if (path === undefined) return generate(user, random);
      const context = `Consider ${Math.floor(random() * 1e9)} competitors`;
      return { method: 'POST', path, body: { section: pick(blocks, random), context } };
    },
  },
  'list canvases': { share: 10, request: () => ({ method: 'GET', path: '/api/canvas?limit=20' }) },
  'read a canvas': {
    share: 10,
    request: (user) => ({ method: 'GET', path: canvasPath(user) ?? '/api/canvas?limit=1' }),
  },
  'read own usage': { share: 4, request: () => ({ method: 'GET', path: '/api/user/llm-usage' }) },
  'evaluate flags': { share: 3, request: () => ({ method: 'GET', path: '/api/flags/evaluate' }) },
  'submit a job': {
    share: 1,
    request: (_user, random) => ({
      method: 'POST',
      path: '/api/queue/llm',
      body: {
        type: 'canvas_generation',
        promptKey: 'canvas.generate',
        promptVariables: { businessDescription: newDescription(random) },
      },
    }),
  },
} satisfies Readonly<Record<string, ActionPlan>>;

export const actionNames = Object.keys(actions) as readonly Action[];

const chat = (prompt: string): Omit<Request, 'token'> => ({
  method: 'POST',
  path: '/api/llm/chat',
  body: { prompt, model, maxTokens: 200 },
});

/** Sends one request of the user, chosen by chance. */
export async function act(user: VirtualUser, send: Send, random: () => number): Promise<Observation> {
  const action = chooseAction(random);
  const plan: ActionPlan = actions[action];
  const answer = await send({ ...plan.request(user, random), token: user.account.token });
  user.canvasId = textAt(answer.body, 'data', 'canvasId') ?? user.canvasId;
  return observe(action, plan, answer);
}

function observe(
  action: Action,
  { answeredBy }: ActionPlan,
  { status, body, durationMs }: Answer,
): Observation {
  const accepted = status >= 200 && status < 400 && valueAt(body, 'success') === true;
  if (answeredBy !== 'model') return { action, status, durationMs, succeeded: accepted, cached: undefined };
  const cached = valueAt(body, 'data', 'cached');
  const succeeded = accepted && typeof cached === 'boolean';
  return { action, status, durationMs, succeeded, cached: succeeded ? cached : undefined };
}

/** Returns the action at a random point of the shares, which add up to 100. */
function chooseAction(random: () => number): Action {
  let left = random() * 100;
  for (const name of actionNames) {
    left -= actions[name].share;
    if (left < 0) return name;
  }
  return 'repeated question';
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}
