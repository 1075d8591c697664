import { describe, expect, test } from 'vitest';
import { compatible } from '../compatible/compatible.ts';
import { openai } from '../openai/openai.ts';
import type { Provider } from '../provider.ts';
import { startServerInTest } from '../test-support/server-in-test.ts';
import { toBody } from '../to-body.ts';
import { together } from '../together/together.ts';
import { createTransport } from '../transport/transport.ts';
import { describeProvider } from './test-support/describe-provider.ts';

type ProviderAt = (baseUrl: string) => Provider;

const must = (provider: Provider | undefined): Provider => provider ?? expect.fail('no provider');

const kinds: readonly [name: string, providerAt: ProviderAt][] = [
  ['Together.ai', (url) => must(together({ TOGETHER_API_KEY: 'key', TOGETHER_BASE_URL: url }))],
  [
    'OpenAI',
    (baseUrl) => ({
      ...must(openai({ OPENAI_API_KEY: 'key', OPENAI_FALLBACK_MODEL: 'gpt-4o-mini' })),
      baseUrl,
    }),
  ],
  [
    'a self-hosted server instead of OpenAI',
    (url) => must(openai({ OPENAI_BASE_URL: url, OPENAI_FALLBACK_MODEL: 'gpt-4o-mini' })),
  ],
  [
    'a provider by configuration',
    (baseUrl) =>
      must(compatible(JSON.stringify([{ id: 'listed', baseUrl, models: { 'gpt-4o': 'own-name' } }]))[0]),
  ],
];

for (const [name, providerAt] of kinds) describeProvider(name, providerAt);

describe.each(kinds)('%s', (_, providerAt) => {
  test('receives every field of the caller and no internal field', async () => {
    const answer = JSON.stringify({ choices: [{ message: { content: '' } }] });
    const { url, requests } = await startServerInTest((response) => response.end(answer));
    const provider = providerAt(url);
    const unknown = {
      min_p: 0.1,
      logit_bias: { 50256: -100 },
      metadata: { a: 'b' },
      reasoning_effort: 'low',
      service_tier: 'flex',
    };
    const body = { model: 'offered', messages: ['any'], promptVersionId: 'ours', max_tokens: 9, ...unknown };
    const transport = createTransport(provider);
    const text = JSON.stringify(toBody(provider, body, { model: 'own', maxOutputTokens: 1, stream: false }));
    await transport.complete({ body: text, signal: undefined, firstByteMs: 5_000, stallMs: 5_000 });
    await transport.close();
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      ...unknown,
      model: 'own',
      messages: ['any'],
      [provider.maxTokensField]: 9,
    });
  });
});
