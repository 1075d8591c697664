import { readFileSync } from 'node:fs';

const migrations = {
  'canvas.generate': '20241123160000_add_initial_prompts_and_flags',
  'canvas.refine': '20241123160000_add_initial_prompts_and_flags',
  'canvas.variant': '20261202080000_add_canvas_variants',
  'canvas.check': '20261202081000_add_canvas_findings',
} as const;

type Variables = Readonly<Record<string, string>>;

/** Renders a prompt that every deployment starts with. Throws if the migration lacks it. */
export function seededPrompt(key: keyof typeof migrations, variables: Variables): string {
  const file = new URL(`../../../supabase/migrations/${migrations[key]}.sql`, import.meta.url);
  const sql = readFileSync(file, 'utf8');
  const [, template] = sql.slice(sql.indexOf(`'${key}'`)).split('$template$');
  if (!sql.includes(`'${key}'`) || template === undefined) throw new Error(`The migration lacks ${key}.`);
  return template
    .replace(/\{\{#(\w+)\}\}\n?([\s\S]*?)\{\{\/\1\}\}\n?/g, (_, name: string, part: string) =>
      variables[name] === undefined ? '' : part,
    )
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables[name] ?? '');
}
