import type { ServiceRole } from '../service-roles.ts';
import { columnType } from './column-type.ts';
import type { GrantedColumn } from './granted-columns.ts';

const head = '// Generated from supabase/migrations: change a migration, then run `npm run db:types`.';

/** Renders a service's db.ts: one interface per table, and Database, which maps their names for Kysely. */
export function renderTableTypes(role: ServiceRole, columns: readonly GrantedColumn[]): string {
  if (columns.length === 0) {
    return `${head}\n\n/** No migration grants a table to ${role}. */\nexport type Database = Record<never, never>;\n`;
  }
  const tables = Map.groupBy(columns, ({ table }) => table);
  const interfaces = [...tables].map(([table, members]) => renderTable(table, members)).join('\n\n');
  const names = [...tables.keys()].map((table) => `  '${table}': ${interfaceName(table)};`).join('\n');
  const usesColumnType = interfaces.includes('ColumnType<');
  return `${head}
${usesColumnType ? `import type { ColumnType } from 'kysely';\n` : ''}
/** Tables of the role ${role}. The types of columns follow its grants to read, insert and update. */
export interface Database {
${names}
}

${interfaces}
`;
}

function renderTable(table: string, columns: readonly GrantedColumn[]): string {
  const members = columns.map((column) => `  ${column.column}: ${columnType(column)};`).join('\n');
  return `export interface ${interfaceName(table)} {\n${members}\n}`;
}

/** Converts vc_private.llm_jobs to LlmJobsTable. */
function interfaceName(table: string): string {
  const words = table.replace(/^.*\./, '').split('_');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Table`;
}
