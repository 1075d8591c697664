import { setTimeout as delay } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import { textAt } from './fields.ts';

/** Longest time for which replicas may still accept a revoked key. */
const revocationDelayMs = 35_000;

/** API keys, which have fewer rights than their user. */
export async function attackApiKeys({ target, check, alice, bob }: Attack): Promise<void> {
  let made: { readonly id: string; readonly key: string } | undefined;
  await check('an API key is shown once', async (found) => {
    const body = { name: 'probe', scopes: ['llm'] };
    const answer = await target.send({ method: 'POST', path: '/api/keys', token: alice.token, body });
    made = { id: textAt(answer, 'data', 'id'), key: textAt(answer, 'data', 'key') };
    const list = await target.send({ path: '/api/keys', token: alice.token });
    if (list.text.includes(made.key) || list.text.includes(made.key.slice(-20)))
      found('the list shows it again');
    if (/"(?:key|hash|secret)":/.test(list.text)) found('the list shows more than its prefix');
    return 'the list shows its prefix';
  });
  if (!made) return;
  const { id, key } = made;
  await check('a key is accepted within its scopes only', async (found) => {
    const models = await target.send({ path: '/v1/models', token: key });
    if (models.status !== 200) found(`GET /v1/models answered ${models.status}`);
    const refused = [
      { path: '/api/keys' },
      { path: '/api/canvas' },
      { path: '/api/admin/users' },
      { path: '/api/user/llm-usage' },
      { path: '/auth/v1/user' },
      { path: '/api/flags/evaluate' },
      { method: 'POST', path: '/api/keys', body: { name: 'probe', scopes: ['llm'] } },
      { method: 'DELETE', path: `/api/keys/${id}` },
      { path: '/api/flags' },
      { path: '/api/admin/audit' },
      { method: 'POST', path: '/api/llm/reset' },
      { method: 'POST', path: '/api/canvas/generate', body: { businessDescription: 'A bakery' } },
      { method: 'POST', path: '/api/queue/llm', body: { type: 'custom_prompt', prompt: 'Say a word' } },
    ];
    for (const question of refused) {
      for (const way of [{ token: key }, { headers: { 'x-api-key': key } }]) {
        const { status } = await target.send({ ...question, ...way });
        if (status !== 403 && status !== 401)
          found(`${question.method ?? 'GET'} ${question.path} answered ${status}`);
      }
    }
    return `401 or 403 from ${refused.length} routes`;
  });
  await check('a key combined with another user’s token is refused', async (found) => {
    const headers = { 'x-api-key': key };
    const { status } = await target.send({ path: '/api/canvas', token: bob.token, headers });
    if (status !== 401 && status !== 403) found(`GET /api/canvas answered ${status}`);
    return String(status);
  });
  await check('a modified key is refused', async (found) => {
    for (const changed of [
      `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
      key.slice(0, -1),
      `${key}A`,
    ]) {
      const { status } = await target.send({ path: '/v1/models', token: changed });
      if (status !== 401) found(`GET /v1/models answered ${status}`);
    }
    return '401 to 3 keys';
  });
  await check('a revoked key is refused', async (found) => {
    const revoked = await target.send({ method: 'DELETE', path: `/api/keys/${id}`, token: alice.token });
    if (revoked.status !== 204) found(`revoking it answered ${revoked.status}`);
    const began = performance.now();
    const ask = () => target.send({ path: '/v1/models', token: key });
    let answer = await ask();
    while (answer.status !== 401 && performance.now() - began < revocationDelayMs) {
      await delay(1_000);
      answer = await ask();
    }
    if (answer.status !== 401) found(`GET /v1/models still answers ${answer.status}`);
    return `401 after ${Math.round(performance.now() - began)} ms`;
  });
}
