import { eventually } from '../eventually.ts';
import { expectCompletionFacts, number, object, text } from '../expectations.ts';
import type { Smoke } from '../smoke.ts';
import type { Account } from './accounts.ts';

export async function checkModels({ api, check }: Smoke, { token }: Account): Promise<void> {
  const asked = await check('a model answers', async () => {
    const body = { prompt: 'Test', model: 'meta-llama/Llama-3-70b-chat-hf', maxTokens: 64 };
    const answer = await api.data('/api/llm/chat', { method: 'POST', token, body });
    expectCompletionFacts(answer);
    return text(answer, 'content');
  });
  if (asked === undefined) return;
  await check('it is in the usage report', () =>
    eventually(
      () => api.data('/api/user/llm-usage', { token }),
      (usage) => number(usage, 'requestCount') > 0,
      { withinMs: 15_000, everyMs: 250, what: 'own usage counts the request' },
    ),
  );
}

export async function checkFigures({ api, check }: Smoke): Promise<void> {
  await check('provider statistics are available', async () => {
    object(await api.data('/api/llm/stats'), 'providers');
  });
  await check('queue metrics are available', async () => {
    number(await api.data('/api/queue/metrics'), 'queueDepth');
  });
}
