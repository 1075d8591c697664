import { expect, test } from 'vitest';
import { startServerInTest } from '../src/providers/test-support/server-in-test.ts';
import { expectError, llama, usePlatform } from './support/platform.ts';
import { askForStream } from './support/streams.ts';

const platform = usePlatform();
const alone = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

/** A router with one provider that gives every request the same refusal. */
async function routerRefusedWith(status: number, body: string) {
  const provider = await startServerInTest((response) => void response.writeHead(status).end(body));
  const router = await platform.start({ ...alone, TOGETHER_BASE_URL: provider.url });
  return { router, provider };
}

const v1 = (router: Awaited<ReturnType<typeof platform.start>>, stream = false) =>
  askForStream(platform, router, { body: { stream } });

const flagged = {
  error: { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'] } },
};

test.each<[string, number, string]>([
  ['as a status', 403, JSON.stringify(flagged)],
  ['under status 200', 200, JSON.stringify({ error: { message: 'No.', code: 'content_filter' } })],
])(
  'prompts that a provider refuses %s are the caller’s fault and open no breaker',
  async (_, status, body) => {
    const { router, provider } = await routerRefusedWith(status, body);
    for (let call = 0; call < 11; call += 1)
      expectError(await platform.chat(router), 400, 'VALIDATION_FAILED');
    expect((await platform.chat(router)).body).toMatchObject({ refused: 'content' });
    const response = await v1(router, true);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'content_filter' } },
    ]);
    expect(provider.requests).toHaveLength(13);
    expect(await platform.stats(router)).toMatchObject({
      together_ai: { state: 'closed', failures: 0, models: { [llama]: 'closed' } },
    });
  },
);

test.each([
  ['OpenAI’s form', '{"error":{"message":"Too long.","code":"context_length_exceeded","param":"messages"}}'],
  ['a message', '{"message":"Too long."}'],
  ['a detail', '{"detail":"Too long."}'],
  ['an error as text', '{"error":"Too long."}'],
  ['plain text', 'Too long.'],
  ['FastAPI’s list', '{"detail":[{"loc":["body","messages"],"msg":"Too long."}]}'],
])('a provider’s words in %s reach the caller in the dialect’s form', async (_, body) => {
  const { router } = await routerRefusedWith(422, body);
  const own = await platform.chat(router);
  expectError(own, 400, 'VALIDATION_FAILED');
  expect(own.body.message).toMatch(/^The provider refused the request: .*Too long\.$/);
  expect(own.body.details[0].message).toMatch(/Too long\.$/);
  const response = await v1(router);
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { message: expect.stringMatching(/Too long\.$/), type: 'invalid_request_error' } },
  ]);
});

test('a provider’s words reach the caller without its key', async () => {
  const { router } = await routerRefusedWith(400, '{"message":"No together-key, no Bearer xyz."}');
  expect(JSON.stringify((await platform.chat(router)).body)).not.toMatch(/together-key|xyz/);
});
