import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '@valuecanvas/contracts-core';
import { diff, pull, push } from './commands.ts';
import { FileFault } from './prompt-file.ts';
import { createRegistry, RegistryError } from './registry.ts';
import { sendTo } from './send-to.ts';

const usage = `npm run prompts -- pull|push|diff [--url <url>] [--folder <folder>] [--message <text>]
  pull       writes every prompt of the registry into the folder
  push       creates versions and moves labels, so that the registry is as the folder says
  diff       prints how the registry differs from the folder; exit code 1 if it does
  --url      address of the platform; default http://localhost:3000
  --folder   folder with one file per prompt; default prompts
  --message  reason of the change, for push
The API key is in VALUECANVAS_API_KEY, with the scopes prompts:read and prompts:write, for push also prompts:activate.
Exit codes: 0 done, 1 the registry differs or refused a change, 2 wrong usage or an invalid file.`;

const options = {
  url: { type: 'string', default: 'http://localhost:3000' },
  folder: { type: 'string', default: 'prompts' },
  message: { type: 'string' },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, ...surplus] = positionals;
  const key = process.env.VALUECANVAS_API_KEY;
  if (surplus.length > 0 || !key)
    throw new FileFault(key ? usage : `VALUECANVAS_API_KEY is not set.\n${usage}`);
  const parts = {
    registry: createRegistry(sendTo(values.url, key)),
    folder: resolve(process.env.INIT_CWD ?? '.', values.folder),
    print: (line: string) => console.log(line),
  };
  if (command === 'pull') await pull(parts);
  else if (command === 'push') await push(parts, values.message);
  else if (command === 'diff') return (await diff(parts)) > 0 ? 1 : 0;
  else throw new FileFault(usage);
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof RegistryError) {
    console.error(error.message);
    return 1;
  }
  if (error instanceof FileFault || error instanceof TypeError || error instanceof AppError) {
    console.error(error.message);
    return 2;
  }
  throw error;
});
