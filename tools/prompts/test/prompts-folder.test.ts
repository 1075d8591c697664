import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryService } from '@valuecanvas/prompt-registry';
import {
  createTestBackends,
  startTestService,
  stubService,
  type TestDatabase,
  type TestService,
} from '@valuecanvas/testing';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { diff, type Parts, pull, push } from '../src/commands.ts';
import { FileFault } from '../src/prompt-file.ts';
import { createRegistry, RegistryError } from '../src/registry.ts';

interface Platform {
  readonly database: TestDatabase;
  readonly service: TestService;
  readonly admin: UserPrincipal;
  stop(): Promise<void>;
}

let platform: Platform;
let folder: string;
beforeEach(async () => {
  platform = await startPlatform();
  folder = await mkdtemp(join(tmpdir(), 'prompts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await platform.stop();
});

async function startPlatform(): Promise<Platform> {
  const backends = await createTestBackends();
  const { database, identities } = backends;
  const router = await stubService(
    llmRouterContract,
    { checkModels: ({ body: { models } }) => ({ unserved: [], listed: models }) },
    identities,
  );
  const environment = { ...backends.environmentOf('prompt-registry'), LLM_ROUTER_URL: router.url };
  const service = await startTestService(promptRegistryService, environment, identities);
  return {
    database,
    service,
    admin: await database.createUser({ role: 'admin' }),
    async stop() {
      await Promise.all([service.stop(), router.stop()]);
      await backends.stop();
    },
  };
}

function parts(of = platform): Parts & { readonly lines: string[] } {
  const lines: string[] = [];
  const registry = createRegistry(({ method, path, body }) =>
    of.service.request(path, { method, as: of.admin, ...(body === undefined ? {} : { body }) }),
  );
  return { registry, folder, print: (line) => lines.push(line), lines };
}

const file = (key: string) => join(folder, `${key}.yaml`);

const edit = async (key: string, change: (text: string) => string) =>
  writeFile(file(key), change(await readFile(file(key), 'utf8')));

const countVersions = async () => {
  const [row] = await platform.database.query<{ count: number }>(
    'select count(*)::int as count from prompt_versions',
  );
  return row?.count;
};

const content = async (key: string, label: string) => {
  const path = `/api/prompts/${key}?label=${label}`;
  return (await platform.service.request(path, { as: platform.admin })).body.data?.template;
};

test('a pulled folder has one file per prompt, and equals the registry', async () => {
  await pull(parts());
  const names = await readdir(folder);
  expect(names).toEqual(expect.arrayContaining(['canvas.generate.yaml', 'canvas.refine.yaml']));
  const text = await readFile(file('canvas.refine'), 'utf8');
  expect(text).toMatch(/^key: canvas\.refine\nversions:\n {2}- labels:\n {6}- production\n/);
  expect(text).toContain('\n      Improve one section of a business model canvas: {{section}}.\n');
  expect(await diff(parts())).toBe(0);
  const again = parts();
  await pull(again);
  expect(again.lines).toEqual(['The folder is up to date.']);
});

test('a push of an unchanged folder creates no version and moves no label', async () => {
  await pull(parts());
  const before = await countVersions();
  expect(await push(parts(), undefined)).toEqual({ changed: 0, proposed: 0 });
  expect(await countVersions()).toBe(before);
});

test('an edited text becomes a new version under its labels, once', async () => {
  await pull(parts());
  await edit('canvas.refine', (text) => text.replace('Improve one section', 'Sharpen one section'));
  const before = parts();
  expect(await diff(before)).toBe(1);
  expect(before.lines).toContain('canvas.refine: has a new version in the folder');
  expect(await push(parts(), 'Sharper')).toEqual({ changed: 2, proposed: 0 });
  expect(await content('canvas.refine', 'production')).toContain('Sharpen one section');
  expect(await push(parts(), 'Sharper')).toEqual({ changed: 0, proposed: 0 });
  expect(await diff(parts())).toBe(0);
  const { body } = await platform.service.request('/api/prompts/canvas.refine', { as: platform.admin });
  expect(body.data.metadata.commitMessage).toBe('Sharper');
});

test('a label goes back to an earlier version without a new one', async () => {
  await pull(parts());
  const original = await readFile(file('canvas.refine'), 'utf8');
  await edit('canvas.refine', (text) => text.replace('Improve one section', 'Sharpen one section'));
  await push(parts(), undefined);
  const before = await countVersions();
  await writeFile(file('canvas.refine'), original);
  expect(await push(parts(), undefined)).toEqual({ changed: 1, proposed: 0 });
  expect(await countVersions()).toBe(before);
  expect(await content('canvas.refine', 'production')).toContain('Improve one section');
});

test('a folder moves to an empty registry with all labels, and prompts come after those that they embed', async () => {
  const written = `key: a.whole
versions:
  - labels: [production]
    variables: []
    template: |
      Say {{>z.part@staging}} and {"json": {"a": 1}}
`;
  await writeFile(file('a.whole'), written);
  await writeFile(
    file('z.part'),
    `key: z.part
versions:
  - labels: [production]
    variables: [name]
    template: Hello {{name}}
  - labels: [eu/production, staging]
    variables: []
    messages:
      - { role: system, content: "Be kind.\\r\\n" }
    metadata: { temperature: 0.5, tags: [tone] }
`,
  );
  expect(await push(parts(), undefined)).toEqual({ changed: 7, proposed: 0 });
  expect(await diff(parts())).not.toBe(0);
  await pull(parts());
  expect(await diff(parts())).toBe(0);
  const other = await startPlatform();
  onTestFinished(() => other.stop());
  await push(parts(other), undefined);
  const pulled = await readFile(file('z.part'), 'utf8');
  await rm(file('z.part'));
  await pull(parts(other));
  expect(await readFile(file('z.part'), 'utf8')).toBe(pulled);
  expect(pulled).toContain('- eu/production\n      - staging\n');
});

test('the move of a protected label is proposed, once', async () => {
  await pull(parts());
  await platform.service.request('/api/prompts/canvas.refine/labels/production/protection', {
    method: 'PUT',
    as: platform.admin,
    body: { protected: true },
  });
  await edit('canvas.refine', (text) => text.replace('Improve one section', 'Sharpen one section'));
  expect(await push(parts(), 'Sharper')).toEqual({ changed: 1, proposed: 1 });
  expect(await content('canvas.refine', 'production')).toContain('Improve one section');
  expect(await push(parts(), 'Sharper')).toEqual({ changed: 0, proposed: 1 });
  const proposals = '/api/prompts/canvas.refine/labels/production/proposals';
  const { body } = await platform.service.request(proposals, { as: platform.admin });
  expect(body.data).toMatchObject([{ version: 2, status: 'open', reason: 'Sharper' }]);
});

test('a label that moves during the push stops it', async () => {
  await pull(parts());
  await edit('canvas.refine', (text) => text.replace('Improve one section', 'Sharpen one section'));
  const pushing = parts();
  const move = async (version: number, expectedVersion: number) => {
    const path = '/api/prompts/canvas.refine/labels/production';
    const body = { version, expectedVersion };
    await platform.service.request(path, { method: 'PUT', as: platform.admin, body });
  };
  const registry = {
    ...pushing.registry,
    async create(...args: Parameters<typeof pushing.registry.create>) {
      const version = await pushing.registry.create(...args);
      // Another person is faster.
      await move(version, 1);
      return version;
    },
  };
  await expect(push({ ...pushing, registry }, undefined)).rejects.toThrow(RegistryError);
});

test('labels and prompts that the folder lacks are differences, which a push leaves alone', async () => {
  await pull(parts());
  await rm(file('canvas.check'));
  const path = '/api/prompts/canvas.refine/labels/staging';
  const body = { version: 1, expectedVersion: null };
  await platform.service.request(path, { method: 'PUT', as: platform.admin, body });
  const compared = parts();
  expect(await diff(compared)).toBe(2);
  expect(compared.lines).toEqual([
    'canvas.refine: staging is at 1, and not in the folder',
    'canvas.check: only in the registry',
    '2 prompts differ.',
  ]);
  expect(await push(parts(), undefined)).toEqual({ changed: 0, proposed: 0 });
});

test.each([
  ['no YAML', 'key: [', /a\.yaml: /],
  ['another key', 'key: b\nversions: []', /the prompt b belongs into b\.yaml/],
  ['an unknown field', 'key: a\nversions: []\nlabel: x', /a\.yaml: /],
  ['one label twice', versionsWith('[x]', '[default/x]'), /the label x is given twice/],
])('a file with %s is refused before anything changes', async (_, text, message) => {
  await writeFile(file('a'), text);
  const before = await countVersions();
  const pushing = push(parts(), undefined);
  await expect(pushing).rejects.toThrow(FileFault);
  await expect(pushing).rejects.toThrow(message);
  expect(await countVersions()).toBe(before);
});

function versionsWith(...labels: string[]): string {
  return `key: a\nversions:\n${labels.map((each) => `  - { labels: ${each}, variables: [], template: x }\n`).join('')}`;
}
