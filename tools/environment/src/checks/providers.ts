import Type from 'typebox';
import Value from 'typebox/value';
import { type Check, Finding } from '../check.ts';
import { type Configuration, textOf } from '../configurations.ts';
import { request } from './request.ts';

/** The part of an entry of LLM_PROVIDERS that a connection needs. */
const Entries = Type.Array(
  Type.Object({
    id: Type.String(),
    baseUrl: Type.String({ format: 'url' }),
    apiKey: Type.Optional(Type.String()),
    keyHeader: Type.Optional(Type.String()),
  }),
);

interface Endpoint {
  readonly id: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Variable that holds the key. */
  readonly variable: string;
}

/** Checks each provider by listing its models, which is free. */
export function providerChecks(configurations: readonly Configuration[]): Check[] {
  const router = configurations.find(({ service }) => service === 'llm-router');
  if (!router) return [];
  const simulator = textOf(router, 'LLM_SIMULATOR_URL');
  if (simulator !== undefined) return [simulated];
  const endpoints = [...builtIn(router), ...compatible(textOf(router, 'LLM_PROVIDERS'))];
  return endpoints.length > 0 ? endpoints.map(modelsCheck) : [noProvider];
}

const simulated: Check = {
  what: 'providers of models',
  todo: '',
  async run() {
    throw new Finding(
      'warning',
      'LLM_SIMULATOR_URL is set, so all answers are simulated.',
      'Remove it, and set TOGETHER_API_KEY or OPENAI_API_KEY.',
    );
  },
};

const noProvider: Check = {
  what: 'providers of models',
  todo: '',
  async run() {
    throw new Finding('failed', 'No provider is configured.', 'Set TOGETHER_API_KEY or OPENAI_API_KEY.');
  },
};

function builtIn(router: Configuration): Endpoint[] {
  const together = textOf(router, 'TOGETHER_API_KEY');
  const openai = textOf(router, 'OPENAI_API_KEY');
  const server = textOf(router, 'OPENAI_BASE_URL');
  return [
    ...(together
      ? [
          {
            id: 'together_ai',
            baseUrl: textOf(router, 'TOGETHER_BASE_URL') ?? '',
            headers: bearer(together),
            variable: 'TOGETHER_API_KEY',
          },
        ]
      : []),
    ...(openai || server
      ? [
          {
            id: 'openai',
            baseUrl: server ?? 'https://api.openai.com/v1',
            headers: openai ? bearer(openai) : {},
            variable: 'OPENAI_API_KEY',
          },
        ]
      : []),
  ];
}

/** An invalid list is left to the router, which names each fault of it at start. */
function compatible(list: string | undefined): Endpoint[] {
  const entries: unknown = list === undefined ? [] : JSON.parse(list);
  if (!Value.Check(Entries, entries)) return [];
  return entries.map(({ id, baseUrl, apiKey, keyHeader }) => ({
    id,
    baseUrl,
    headers: apiKey === undefined ? {} : keyHeader ? { [keyHeader]: apiKey } : bearer(apiKey),
    variable: `apiKey of ${id} in LLM_PROVIDERS`,
  }));
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

function modelsCheck({ id, baseUrl, headers, variable }: Endpoint): Check {
  return {
    what: `provider ${id}`,
    todo: `Check the address ${new URL(baseUrl).origin}, DNS and the firewall.`,
    async run(signal) {
      const text = await request(
        `${baseUrl.replace(/\/$/, '')}/models`,
        { headers, signal },
        {
          unauthorized: `The key is not accepted. Check ${variable}.`,
          other: `Check the status page and the address of ${id}.`,
        },
      );
      return `key accepted, ${countOf(text)} models`;
    },
  };
}

/** Together.ai returns a list, and OpenAI an object with one. */
function countOf(text: string): number {
  const value = JSON.parse(text) as unknown[] | { readonly data?: readonly unknown[] };
  return (Array.isArray(value) ? value : (value.data ?? [])).length;
}
