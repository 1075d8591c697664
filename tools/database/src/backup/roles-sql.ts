import { escapeIdentifier, escapeLiteral } from 'pg';
import type { InventoryRole } from './inventory.ts';

/**
 * Returns SQL that creates the missing roles of a dump, without passwords. Existing roles stay as they are. It is part of the
 * backup, so that psql alone can restore it on a new server.
 */
export function createRoles(roles: readonly InventoryRole[]): string {
  const statements = roles.map((role) => {
    const name = escapeIdentifier(role.name);
    const flags = [
      role.login ? 'login' : 'nologin',
      role.inherit ? 'inherit' : 'noinherit',
      ...(role.bypassrls ? ['bypassrls'] : []),
    ].join(' ');
    const settings = role.settings.map((setting) => {
      const [, parameter = '', value = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
      return `    alter role ${name} set ${parameter} = ${settingValue(parameter, value)};\n`;
    });
    return `  if to_regrole(${escapeLiteral(name)}) is null then
    create role ${name} ${flags};
${settings.join('')}  end if;\n`;
  });
  return `do $roles$ begin\n${statements.join('')}end $roles$;\n\n`;
}

/** These parameters are lists of names: quoted as a whole, they would be one name. */
const lists = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'local_preload_libraries',
]);

/** Returns the value of a stored setting as SQL. PostgreSQL stores the members of a list as they must be written. */
export function settingValue(parameter: string, value: string): string {
  return lists.has(parameter) ? value || `''` : escapeLiteral(value);
}
