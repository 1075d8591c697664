import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ownScript } from './own-script.ts';

const version = '1.15.2';
const installMs = 180_000;

/** Installs Portkey's gateway from npm on first use. Throws if it is unavailable. */
export async function installPortkey(folder: string): Promise<string> {
  const home = join(folder, `portkey-${version}`);
  const script = join(home, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (existsSync(script)) return script;
  await mkdir(home, { recursive: true });
  const args = ['install', '--prefix', home, '--no-audit', '--no-fund', '--ignore-scripts'];
  await promisify(execFile)('npm', [...args, `@portkey-ai/gateway@${version}`], {
    timeout: installMs,
    cwd: home,
  });
  return script;
}

/** Start command from its README. */
export function portkeyProgram(script: string, port: number) {
  return {
    name: 'portkey',
    folder: join(script, '../..'),
    args: [...ownScript('servers/portkey'), script, `--port=${port}`],
    readyUrl: `http://127.0.0.1:${port}/`,
  };
}

/** Headers that route a call to an OpenAI-compatible provider. */
export const portkeyHeaders = (provider: string) => ({
  authorization: 'Bearer bench',
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': `${provider}/v1`,
});
