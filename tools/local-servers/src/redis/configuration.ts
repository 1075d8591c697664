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

/** Writes the configuration, readable by its owner only. It contains the password, which must not be in the arguments. */
export async function writeConfiguration(files: RedisFiles, settings: RedisSettings): Promise<void> {
  // The file is deleted first, because the mode applies to new files only.
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
    // The command line names this file, which identifies a leftover server.
    'set-proc-title': 'no',
    'maxmemory-policy': 'noeviction',
    save: '""',
    appendonly: persistent ? 'yes' : 'no',
    appendfsync: 'everysec',
    // The same value as in docker-compose.yml.
    'auto-aof-rewrite-min-size': '512mb',
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
