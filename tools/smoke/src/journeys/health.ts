import { expect, object, text } from '../expectations.ts';
import type { Smoke } from '../smoke.ts';

export async function checkHealth({ api, check }: Smoke): Promise<void> {
  await check('the gateway answers with its version', async () => {
    text(await api.send('/health'), 'version');
  });
  await check('every part of the platform is ready', async () => {
    const body = await api.send('/health/ready');
    expect(text(body, 'status') === 'ok', `nothing is down: ${JSON.stringify(body)}`);
  });
  await check('the API is described', async () => {
    object(await api.send('/api/openapi.json'), 'paths');
  });
  await check('a language model can be reached', async () => {
    const { healthy } = await api.data('/api/llm/health');
    expect(healthy === true, 'healthy is true');
  });
  await check('a private route refuses a caller without a token', () =>
    api.send('/api/canvas', { status: 401 }),
  );
}
