import { readFileSync } from 'node:fs';

const migration = new URL(
  '../../../supabase/migrations/20241123160000_add_initial_prompts_and_flags.sql',
  import.meta.url,
);

type Variables = Readonly<Record<string, string>>;

/** Renders a prompt that every deployment starts with. Throws if the migration lacks it. */
export function seededPrompt(key: 'canvas.generate' | 'canvas.refine', variables: Variables): string {
  const sql = readFileSync(migration, 'utf8');
  const [, template] = sql.slice(sql.indexOf(`'${key}'`)).split('$template$');
  if (!sql.includes(`'${key}'`) || template === undefined) throw new Error(`The migration lacks ${key}.`);
  return template
    .replace(/\{\{#(\w+)\}\}\n?([\s\S]*?)\{\{\/\1\}\}\n?/g, (_, name: string, part: string) =>
      variables[name] === undefined ? '' : part,
    )
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables[name] ?? '');
}
