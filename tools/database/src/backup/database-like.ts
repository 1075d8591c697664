import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { settingValue } from './roles-sql.ts';

/**
 * Creates an empty database like another one: encoding, locale, grants and settings, which a dump does not contain. If the
 * other one does not exist, the server's defaults apply.
 */
export async function createDatabaseLike(
  client: Client,
  { model, name }: { readonly model: string; readonly name: string },
): Promise<void> {
  const quoted = escapeIdentifier(name);
  await client.query(`create database ${quoted} template template0${await localeOf(client, model)}`);
  const { rows } = await client.query<{ statement: string }>(
    `select format('revoke all on database %s from public', $2::text) as statement
     from pg_database where datname = $1 and datacl is not null
     union all
     select format('grant %s on database %s to %s%s', g.privilege_type, $2::text,
       coalesce(quote_ident(r.rolname), 'public'), case when g.is_grantable then ' with grant option' end)
     from pg_database d cross join lateral aclexplode(d.datacl) g left join pg_roles r on r.oid = g.grantee
     where d.datname = $1 and g.grantee <> d.datdba`,
    [model, quoted],
  );
  for (const { statement } of rows) await client.query(statement);
  const { rows: settings } = await client.query<{ role: string | null; parameter: string; value: string }>(
    `select r.rolname as role, split_part(c, '=', 1) as parameter, substr(c, strpos(c, '=') + 1) as value
     from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase left join pg_roles r on r.oid = s.setrole
     cross join lateral unnest(s.setconfig) c where d.datname = $1`,
    [model],
  );
  for (const { role, parameter, value } of settings) {
    const owner =
      role === null ? `database ${quoted}` : `role ${escapeIdentifier(role)} in database ${quoted}`;
    await client.query(`alter ${owner} set ${parameter} = ${settingValue(parameter, value)}`);
  }
}

/** Of a database with the C library's locale. Other providers are the default of the server that has them. */
async function localeOf(client: Client, database: string): Promise<string> {
  const { rows } = await client.query<{ encoding: string; collation: string; ctype: string }>(
    `select pg_encoding_to_char(d.encoding) as encoding, d.datcollate as collation, d.datctype as ctype
     from pg_database d where d.datname = $1 and coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') = 'c'`,
    [database],
  );
  return rows
    .map(
      ({ encoding, collation, ctype }) =>
        ` encoding ${escapeLiteral(encoding)} lc_collate ${escapeLiteral(collation)} lc_ctype ${escapeLiteral(ctype)}`,
    )
    .join('');
}
