import { expect, object, text } from '../expectations.ts';
import type { Smoke } from '../smoke.ts';
import type { Account } from './accounts.ts';

export async function checkPrompts({ api, check }: Smoke, { token }: Account): Promise<void> {
  await check('the versions of prompts are listed', async () => {
    const versions = await api.list('/api/prompts/versions?promptKey=canvas.generate', { token });
    expect(
      versions.some(({ status }) => status === 'active'),
      'canvas.generate has an active version',
    );
  });
  await check('a prompt is rendered', async () => {
    const body = { variables: { businessDescription: 'A choir of robots' } };
    const rendered = await api.data('/api/prompts/canvas.generate/render', { method: 'POST', token, body });
    expect(text(rendered, 'content').includes('A choir of robots'), 'the text holds the value');
  });
}

export async function checkFlags({ api, check }: Smoke, { token }: Account): Promise<void> {
  await check('the flags are evaluated for the caller', async () => {
    const { flags } = await api.data('/api/flags/evaluate', { token });
    expect(typeof object(flags, 'llm_caching').enabled === 'boolean', 'llm_caching is on or off');
  });
}
