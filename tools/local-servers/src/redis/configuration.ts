import { rm, writeFile } from 'node:fs/promises';

export interface RedisFiles {
  directory: string;
  data: string;
  configuration: string;
  pid: string;
  log: string;
  claim: string;
}

export interface RedisSettings {
  persistent: boolean;
  password: string;
}

/** Writes the server's configuration, readable by its owner only: it holds the password, which argv must not. */
export async function writeConfiguration(files: RedisFiles, settings: RedisSettings): Promise<void> {
  // Written anew, since the mode is given to new files only.
  await rm(files.configuration, { force: true });
  await writeFile(files.configuration, configurationText(files, settings), { mode: 0o600 });
}

function configurationText(files: RedisFiles, { persistent, password }: RedisSettings): string {
  const values = {
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    requirepass: password,
    dir: JSON.stringify(files.data),
    pidfile: JSON.stringify(files.pid),
    // Its command line keeps naming this file, by which a leftover server is recognised.
    'set-proc-title': 'no',
    'maxmemory-policy': 'noeviction',
    save: '""',
    appendonly: persistent ? 'yes' : 'no',
    appendfsync: 'everysec',
    // As docker-compose.yml says.
    'auto-aof-rewrite-min-size': '512mb',
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
