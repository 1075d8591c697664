import { escapeIdentifier } from 'pg';
import { databaseUrl, withClient } from './connection.ts';

export interface DatabaseName {
  /** Any database of the server, as a role that may create databases. */
  url: string;
  name: string;
}

/** Makes an empty database and returns its URL; throws if the name is taken. */
export async function createDatabase({ url, name }: DatabaseName): Promise<string> {
  await withClient(url, (client) => client.query(`create database ${escapeIdentifier(name)}`));
  return databaseUrl(url, name);
}

/** Makes a copy of a database that nobody is connected to, rows included, and returns its URL. */
export async function cloneDatabase(options: DatabaseName & { template: string }): Promise<string> {
  const { url, name, template } = options;
  const statement = `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`;
  await withClient(url, (client) => client.query(statement));
  return databaseUrl(url, name);
}

/** Removes a database and ends its sessions; one that is not there is fine. */
export async function dropDatabase({ url, name }: DatabaseName): Promise<void> {
  await withClient(url, (client) =>
    client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`),
  );
}
