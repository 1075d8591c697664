import { escapeIdentifier } from 'pg';
import { databaseUrl, withClient } from './connection.ts';

export interface DatabaseName {
  /** URL of any database of the server, with a role that may create databases. */
  url: string;
  name: string;
}

/** Creates an empty database and returns its URL. Throws if the name is taken. */
export async function createDatabase({ url, name }: DatabaseName): Promise<string> {
  await withClient(url, (client) => client.query(`create database ${escapeIdentifier(name)}`));
  return databaseUrl(url, name);
}

/** Copies a database without connections, including its rows, and returns the copy's URL. */
export async function cloneDatabase(options: DatabaseName & { template: string }): Promise<string> {
  const { url, name, template } = options;
  const statement = `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`;
  await withClient(url, (client) => client.query(statement));
  return databaseUrl(url, name);
}

/** Drops a database and its sessions, if it exists. */
export async function dropDatabase({ url, name }: DatabaseName): Promise<void> {
  await withClient(url, (client) =>
    client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`),
  );
}
