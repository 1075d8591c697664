import { describe, expect, it } from 'vitest';
import { withClient } from '../src/connection.ts';
import { migrate } from '../src/migrate.ts';
import { catalogSnapshot } from './catalog-snapshot.ts';
import { canDump, dump } from './pg-dump.ts';
import { applyRaw, rawFiles } from './raw-files.ts';
import { useOwnServer, useServer } from './server.ts';

const files = await rawFiles();
const names = files.map(({ name }) => name);

describe.each([13, 15, 18] as const)('on PostgreSQL %i', (major) => {
  const server = major === 15 ? useServer() : useOwnServer(major);

  it('the runner applies all migrations, and a second run finds nothing to do', async () => {
    const url = await server.database();
    expect(await migrate({ url })).toEqual({ applied: names, alreadyApplied: 0 });
    expect(await migrate({ url })).toEqual({ applied: [], alreadyApplied: names.length });
  });

  it('the files create the same schema with and without the runner, applied once or twice', async () => {
    const [byRunner, byHand] = [await server.database(), await server.database()];
    await migrate({ url: byRunner });
    await applyRaw(byHand, files);
    const expected = await catalogSnapshot(byRunner);
    expect(await catalogSnapshot(byHand)).toEqual(expected);
    await applyRaw(byRunner, files);
    expect(await catalogSnapshot(byRunner)).toEqual(expected);
  });

  if (canDump(major)) {
    it('pg_dump writes the same after the files are applied again', async () => {
      const url = await server.database();
      await migrate({ url });
      const expected = await dump(url);
      await applyRaw(url, files);
      expect(await dump(url)).toBe(expected);
    });
  }
});

describe('a file', () => {
  const server = useServer();

  it.each(files)('$name is one block, so that every tool applies it whole or not at all', ({ sql }) => {
    expect(sql.replace(/^(--.*\n|\n)*/, '')).toMatch(/^do \$migration\$\n[\s\S]*\nend\n\$migration\$;\n$/);
    expect(sql.split('$migration$')).toHaveLength(3);
  });

  it.each([
    ['20241123110000_add_llm_monitoring', '20241123100000_baseline'],
    ['20241123120000_add_prompt_version_control', '20241123100000_baseline'],
    ['20241123130000_add_feature_flags', '20241123100000_baseline'],
    ['20241123140000_add_llm_job_results', '20241123100000_baseline'],
    ['20241123150000_add_job_outbox', '20241123140000_add_llm_job_results'],
    ['20241123160000_add_initial_prompts_and_flags', '20241123120000_add_prompt_version_control'],
    ['20241123160000_add_initial_prompts_and_flags', '20241123130000_add_feature_flags'],
    ['20261125120000_add_llm_usage_retention', '20241123110000_add_llm_monitoring'],
    ['20261126090000_add_browser_sessions', '20241123100000_baseline'],
    ['20261126100000_add_api_keys', '20241123100000_baseline'],
    ['20261201193000_add_idempotency_keys', '20241123100000_baseline'],
    ['20261126110000_add_rate_limit_violation_retention', '20241123110000_add_llm_monitoring'],
    ['20261201204500_generalise_jobs', '20241123150000_add_job_outbox'],
    ['20261202170000_add_operator_reports', '20241123110000_add_llm_monitoring'],
    ['20261202113000_allow_results_of_variant_jobs', '20241123140000_add_llm_job_results'],
    ['20261202120000_open_kinds_of_job_results', '20241123140000_add_llm_job_results'],
    ['20261202162500_add_last_backup_time', '20241123110000_add_llm_monitoring'],
  ])('%s says in one sentence that it needs %s', async (name, needed) => {
    const url = await server.database();
    await applyRaw(
      url,
      files.filter((file) => file.name < needed),
    );
    const file = files.filter((candidate) => candidate.name === name);
    await expect(applyRaw(url, file)).rejects.toThrow(
      new RegExp(`^${name} needs ${needed}: apply that first\\.$`),
    );
  });

  it('leaves no changes behind if it fails', async () => {
    const url = await server.database();
    const [baseline] = files;
    const broken = baseline?.sql.replace(/end\n\$migration\$;\n$/, "raise exception 'no';\n$&") ?? '';
    await expect(applyRaw(url, [{ name: 'broken', sql: broken }])).rejects.toThrow(/^no$/);
    expect(await schemas(url)).toEqual(['public']);
  });

  it('refuses a server that is too old', async () => {
    const old = files[0]?.sql.replace("current_setting('server_version_num')", "'120022'") ?? '';
    const url = await server.database();
    await expect(applyRaw(url, [{ name: 'baseline', sql: old }])).rejects.toThrow(
      /needs PostgreSQL 13 or newer/,
    );
  });
});

async function schemas(url: string): Promise<string[]> {
  const query = `select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`;
  const { rows } = await withClient(url, (client) => client.query(query));
  return rows.map(({ nspname }) => nspname);
}
