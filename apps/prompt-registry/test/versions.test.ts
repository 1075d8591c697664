import { bodyLimitOf } from '@valuecanvas/contracts-core';
import {
  type PromptSummary,
  type PromptVersion,
  promptRegistryContract,
  reservedKeys,
} from '@valuecanvas/contracts-prompt-registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NewPrompt, startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

const post = (body: NewPrompt, as = registry.admin) =>
  registry.as(as, '/api/prompts/versions', { method: 'POST', body });

const versionsOf = async (promptKey: string, as = registry.admin): Promise<PromptVersion[]> =>
  (await registry.as(as, `/api/prompts/versions?promptKey=${promptKey}`)).body.data;

test('a new version is a draft with complete variables and metadata, created by the caller', async () => {
  const { status, body } = await post({
    promptKey: 'new.one',
    template: 'Dear {{name}}{{#title}}, {{title}}{{/title}}',
    variables: ['name', { name: 'title', required: false, description: 'Of honour' }],
    metadata: { description: 'A greeting', temperature: 0.2 },
  });
  expect(status).toBe(201);
  expect(body.data).toMatchObject({
    promptKey: 'new.one',
    version: 1,
    status: 'draft',
    variables: [
      { name: 'name', required: true },
      { name: 'title', required: false, description: 'Of honour' },
    ],
    metadata: { author: registry.admin.userId, description: 'A greeting', tags: [], temperature: 0.2 },
    performance: { executions: 0, successRate: 0, userSatisfaction: 0 },
  });
  expect(body.data).not.toHaveProperty('activatedAt');
  const [row] = await registry.database.query('select created_by from prompt_versions where id = $1', [
    body.data.id,
  ]);
  expect(row).toEqual({ created_by: registry.admin.userId });
});

test('a version has messages, model parameters, a commit message and a JSON Schema of its variables', async () => {
  const messages = [
    { role: 'system', content: 'Answer in {{tone}}.' },
    { role: 'user', content: '{{question}}' },
  ];
  const metadata = {
    commitMessage: 'Answer in the tone of the customer',
    tags: ['support'],
    model: 'm',
    temperature: 0.1,
    maxTokens: 10,
    responseFormat: { type: 'json_object' },
    tools: [{ type: 'function', function: { name: 'look_up', parameters: { type: 'object' } } }],
  };
  const variables = {
    type: 'object',
    properties: {
      tone: { enum: ['warm', 'formal'], description: 'Tone of the answer' },
      question: { type: 'string', maxLength: 5 },
    },
    required: ['question'],
  };
  const { status, body } = await post({ promptKey: 'chat.one', messages, metadata, variables });
  expect(status).toBe(201);
  expect(body.data).toMatchObject({
    messages,
    template: 'Answer in {{tone}}.\n\n{{question}}',
    metadata,
    variables: [
      {
        name: 'tone',
        required: false,
        description: 'Tone of the answer',
        schema: variables.properties.tone,
      },
      { name: 'question', required: true, schema: variables.properties.question },
    ],
  });
  await registry.activate(body.data);
  const render = (values: object) =>
    registry.as(registry.user, '/api/prompts/chat.one/render', {
      method: 'POST',
      body: { variables: values },
    });
  const { author: _author, description: _description, tags: _tags, ...rest } = body.data.metadata;
  const { commitMessage: _commitMessage, ...parameters } = rest;
  expect((await render({ tone: 'warm', question: 'Why?' })).body.data).toMatchObject({
    content: 'Answer in warm.\n\nWhy?',
    messages: [
      { role: 'system', content: 'Answer in warm.' },
      { role: 'user', content: 'Why?' },
    ],
    metadata: parameters,
  });
  expect((await render({ tone: 'cold', question: 'Why is it?' })).body.details).toEqual([
    { path: 'variables.tone', message: 'must be equal to one of the allowed values' },
    { path: 'variables.question', message: 'must not have more than 5 characters' },
  ]);
});

const words = 'سوق الخبز ';
test.each<[string, string, string]>([
  [
    'single braces and JSON',
    '{"a": {"b": [{}]}, "c": "{{value}}"} } { }}',
    '{"a": {"b": [{}]}, "c": "x"} } { }}',
  ],
  ['a literal {{ beside a variable', "{{'{{'}}value}} {{value}}", '{{value}} x'],
  ['CRLF', 'a\r\n{{value}}\r\n', 'a\r\nx\r\n'],
  ['right-to-left text', `${words}{{value}}\u200f`, `${words}x\u200f`],
  ['200 kB', `${words.repeat(11_000)}{{value}}`, `${words.repeat(11_000)}x`],
])('a template with %s is stored and rendered exactly', async (_, template, content) => {
  const version = await registry.create({ promptKey: 'exact.one', template, variables: ['value'] });
  expect(version.template).toBe(template);
  await registry.activate(version);
  const body = { variables: { value: 'x' } };
  const rendered = await registry.as(registry.user, '/api/prompts/exact.one/render', {
    method: 'POST',
    body,
  });
  expect(rendered.body.data.content).toBe(content);
});

test('fifty versions created at the same time get different numbers, without gaps', async () => {
  const created = await Promise.all(
    Array.from({ length: 50 }, () => registry.create({ promptKey: 'busy.one' })),
  );
  const numbers = created.map(({ version }) => version).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
});

test('if an instance that takes no lock stores the number first, the caller is told to retry', async () => {
  const { query } = registry.database;
  await query(`create function steal_number() returns trigger language plpgsql as $$ begin
    raise unique_violation using constraint = 'prompt_versions_prompt_key_version_key'; end $$`);
  await query(`create trigger steal_number before insert on prompt_versions
    for each row when (new.prompt_key = 'stolen.one') execute function steal_number()`);
  const { status, body, headers } = await post({ promptKey: 'stolen.one', template: 'x', variables: [] });
  expect(status).toBe(409);
  expect(body.code).toBe('CONFLICT');
  expect(headers.get('x-should-retry')).toBe('true');
});

test.each<[string, Partial<NewPrompt>, { path: string; message: string }[]]>([
  [
    'a reserved key',
    { promptKey: 'executions' },
    [{ path: 'promptKey', message: `is reserved, as are ${reservedKeys.join(', ')}` }],
  ],
  [
    'an undeclared and an unused variable',
    { template: '{{a}}{{#b}}x{{/b}}', variables: ['b', 'c'] },
    [
      { path: 'template', message: 'uses a, which is not among the variables' },
      { path: 'variables.1', message: 'c is not used in the template' },
    ],
  ],
  [
    'a variable declared twice',
    { template: '{{a}}', variables: ['a', 'a'] },
    [{ path: 'variables.1', message: 'a is declared twice' }],
  ],
  [
    'an unbalanced section',
    { template: '{{#a}}', variables: ['a'] },
    [{ path: 'template', message: 'line 1, column 1: {{#a}} is never closed' }],
  ],
  [
    'a template besides messages',
    { messages: [{ role: 'user', content: 'x' }] },
    [{ path: 'template', message: 'send either a template or messages' }],
  ],
  [
    'an invalid message',
    {
      template: undefined,
      messages: [
        { role: 'system', content: 'x' },
        { role: 'user', content: 'a\n {{' },
      ],
    },
    [
      {
        path: 'messages.1.content',
        message: expect.stringMatching(/^line 2, column 2: {{ starts neither/),
      },
    ],
  ],
  [
    'a schema with a pattern, which could take exponential time',
    { template: '{{a}}', variables: [{ name: 'a', required: true, schema: { pattern: '(a+)+$' } }] },
    [{ path: 'variables.0.schema', message: 'must not have the keyword pattern' }],
  ],
  [
    'a required variable that is not a property',
    { template: '{{a}}', variables: { type: 'object', properties: { a: {} }, required: ['b'] } },
    [{ path: 'variables.required', message: 'b is not a property' }],
  ],
  [
    'misspelt metadata',
    { metadata: { modell: 'x' } },
    [{ path: 'metadata.modell', message: 'is not a known field' }],
  ],
])('%s is rejected', async (_, change, details) => {
  const { status, body } = await post({ promptKey: 'bad.one', template: 'x', variables: [], ...change });
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'VALIDATION_FAILED', details });
});

test('a template above the body limit is rejected', async () => {
  const template = 'x'.repeat(bodyLimitOf(promptRegistryContract.routes.createPromptVersion));
  const { status } = await post({ promptKey: 'long.one', template, variables: [] });
  expect(status).toBe(413);
});

test('pages run from the newest to the oldest and show each version once', async () => {
  for (let made = 0; made < 5; made += 1) await registry.create({ promptKey: 'paged.one' });
  const seen: number[] = [];
  let cursor = '';
  for (;;) {
    const path = `/api/prompts/versions?promptKey=paged.one&limit=2${cursor && `&cursor=${cursor}`}`;
    const { body } = await registry.as(registry.admin, path);
    seen.push(...body.data.map(({ version }: PromptVersion) => version));
    expect(body.pagination.limit).toBe(2);
    cursor = body.pagination.nextCursor;
    if (cursor === null) break;
  }
  expect(seen).toEqual([5, 4, 3, 2, 1]);
});

test('without a key the versions of all prompts are listed', async () => {
  await registry.create({ promptKey: 'all.one' });
  const { body } = await registry.as(registry.admin, '/api/prompts/versions?limit=100');
  const keys = body.data.map(({ promptKey }: PromptVersion) => promptKey);
  expect(keys).toEqual(expect.arrayContaining(['all.one', 'canvas.generate', 'canvas.refine']));
});

test('an unknown cursor is rejected', async () => {
  const { status, body } = await registry.as(registry.user, '/api/prompts/versions?cursor=x');
  expect(status).toBe(400);
  expect(body.details[0].path).toBe('cursor');
});

test('drafts are shown to admins only', async () => {
  const released = await registry.create({ promptKey: 'drafted.one' });
  await registry.activate(released);
  await registry.create({ promptKey: 'drafted.one' });
  const numbers = (versions: PromptVersion[]) => versions.map(({ version }) => version);
  expect(numbers(await versionsOf('drafted.one'))).toEqual([2, 1]);
  expect(numbers(await versionsOf('drafted.one', registry.user))).toEqual([1]);
});

test('an activation replaces the active version of its prompt and of no other', async () => {
  const [first, second, other] = [
    await registry.create({ promptKey: 'active.one' }),
    await registry.create({ promptKey: 'active.one' }),
    await registry.create({ promptKey: 'active.two' }),
  ];
  await registry.activate(other);
  await registry.activate(first);
  const { status, body } = await registry.activate(second);
  expect(status).toBe(200);
  expect(body.data).toMatchObject({ id: second.id, status: 'active', activatedAt: expect.any(String) });
  const statuses = (await versionsOf('active.one')).map((version) => [version.version, version.status]);
  expect(statuses).toEqual([
    [2, 'active'],
    [1, 'deprecated'],
  ]);
  expect((await versionsOf('active.two'))[0]?.status).toBe('active');
});

test('an earlier version can become the active one again', async () => {
  const first = await registry.create({ promptKey: 'back.one' });
  const second = await registry.create({ promptKey: 'back.one' });
  for (const version of [first, second, first]) await registry.activate(version);
  const active = await registry.as(registry.user, '/api/prompts/back.one');
  expect(active.body.data.version).toBe(1);
});

test('activating the active version changes nothing', async () => {
  const version = await registry.create({ promptKey: 'again.one' });
  const first = await registry.activate(version);
  const second = await registry.activate(version);
  expect(second.status).toBe(200);
  expect(second.body.data).toEqual(first.body.data);
});

test('activations at the same time all succeed and leave one active version', async () => {
  const versions: PromptVersion[] = [];
  for (let made = 0; made < 5; made += 1) versions.push(await registry.create({ promptKey: 'raced.one' }));
  const answers = await Promise.all(versions.map((version) => registry.activate(version)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const active = (await versionsOf('raced.one')).filter(({ status }) => status === 'active');
  expect(active).toHaveLength(1);
});

test('an unknown version cannot be activated', async () => {
  const version = await registry.create({ promptKey: 'unknown.one' });
  const { status, body } = await registry.activate({ ...version, version: 9 });
  expect(status).toBe(404);
  expect(body.code).toBe('NOT_FOUND');
});

test('a version whose required variables are not always given is not activated, and the reason is stated', async () => {
  const needy = await registry.create({
    promptKey: 'canvas.generate',
    template: 'Tone {{tone}} for {{industry}}: {{businessDescription}}',
    variables: ['tone', 'businessDescription', 'industry'],
  });
  const { status, body } = await registry.activate(needy);
  expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(body.message).toContain('businessDescription');
  expect(body.details).toEqual([
    { path: 'variables.0', message: expect.stringMatching(/^tone is required/) },
    { path: 'variables.2', message: expect.stringMatching(/^industry is required/) },
  ]);
  const active = await registry.as(registry.user, '/api/prompts/canvas.generate');
  expect(active.body.data.version).not.toBe(needy.version);
});

test.each([
  ['canvas.generate', ['businessDescription', { name: 'tone', required: false }]],
  ['canvas.refine', ['section', 'currentContent', 'context']],
  ['canvas.variant', ['businessDescription', 'currentCanvas', 'variant']],
  ['canvas.check', ['businessDescription', 'currentCanvas']],
  ['canvas.generate', []],
])('a version of %s with the variables %j is activated', async (promptKey, variables) => {
  const names = variables.map((variable) => (typeof variable === 'string' ? variable : variable.name));
  const template = `Hello ${names.map((name) => `{{${name}}}`).join(' ')}`;
  expect((await registry.activate(await registry.create({ promptKey, template, variables }))).status).toBe(
    200,
  );
});

const generating = (model: string): NewPrompt => ({
  promptKey: 'canvas.generate',
  template: 'Write a canvas for {{businessDescription}}',
  variables: ['businessDescription'],
  metadata: { model },
});

test('a version for a model that no provider serves is not activated, and the models to choose from are named', async () => {
  const draft = await registry.create(generating('gpt-99'));
  const { status, body } = await registry.activate(draft);
  expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  const reason = '"gpt-99" is served by no configured provider. Choose one of served, also-served.';
  expect(body.details).toEqual([{ path: 'metadata.model', message: reason }]);
  expect(body.message).toContain(reason);
  expect((await registry.activate(await registry.create(generating('also-served')))).status).toBe(200);
});

test('a prompt that the platform does not render itself may name any model', async () => {
  const own = { ...generating('gpt-99'), promptKey: 'another.app' };
  expect((await registry.activate(await registry.create(own))).status).toBe(200);
});

test('an invalid version number is rejected', async () => {
  const version = await registry.create({ promptKey: 'huge.one' });
  expect((await registry.activate({ ...version, version: 9_999_999_999 })).status).toBe(400);
});

test('only admins change prompts', async () => {
  const draft = await registry.create({ promptKey: 'guarded.one' });
  const created = await post({ promptKey: 'guarded.one', template: 'x', variables: [] }, registry.user);
  const activated = await registry.as(
    registry.user,
    `/api/prompts/versions/${draft.promptKey}/${draft.version}/activate`,
    { method: 'POST' },
  );
  expect([created.status, activated.status]).toEqual([403, 403]);
  expect(await versionsOf('guarded.one')).toHaveLength(1);
});

test('a request without an internal token is rejected', async () => {
  expect((await registry.service.request('/api/prompts/versions')).status).toBe(401);
});

test('a repeated creation with an idempotency key returns the first version', async () => {
  const body = { promptKey: 'new.keyed', template: 'Hello', variables: [] };
  const create = () =>
    registry.as(registry.admin, '/api/prompts/versions', {
      method: 'POST',
      body,
      headers: { 'idempotency-key': 'release-1' },
    });
  const first = await create();
  const again = await create();
  expect(first.status).toBe(201);
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await versionsOf('new.keyed')).toHaveLength(1);
});

test('the audit log records created and activated versions, with the replaced version', async () => {
  await registry.create({ promptKey: 'audited.one' });
  await registry.create({ promptKey: 'audited.one' });
  const activate = (version: number) =>
    registry.as(registry.admin, `/api/prompts/versions/audited.one/${version}/activate`, {
      method: 'POST',
      headers: { 'x-audit-reason': 'a better prompt' },
    });
  // The second activation of the same version changes nothing.
  for (const version of [1, 2, 2]) expect((await activate(version)).status).toBe(200);
  expect((await activate(9)).status).toBe(404);
  const records = await registry.database.query(
    `select * from vc_private.audit_log where target_kind = 'prompt' and subject = 'audited.one' order by id`,
  );
  const author = { actor_id: registry.admin.userId, actor_role: 'admin' };
  const activation = { ...author, action: 'prompts.activateVersion', reason: 'a better prompt' };
  expect(records).toMatchObject([
    { ...author, action: 'prompts.createVersion', before: null, after: { version: 1, status: 'draft' } },
    { ...author, action: 'prompts.createVersion', before: null, after: { version: 2, status: 'draft' } },
    { ...activation, before: null, after: { activeVersion: 1 } },
    { ...activation, before: { activeVersion: 1 }, after: { activeVersion: 2 } },
  ]);
});

test('the list of prompts has the newest and the active version of each, and its statistics', async () => {
  const one = { promptKey: 'listed.one', template: 'One', variables: [] };
  await post(one);
  await post(one);
  await registry.as(registry.admin, '/api/prompts/versions/listed.one/1/activate', { method: 'POST' });
  await post({ ...one, promptKey: 'listed.two' });
  const found: PromptSummary[] = [];
  let cursor = '';
  do {
    const { body } = await registry.as(registry.admin, `/api/prompts?limit=1${cursor}`);
    found.push(...body.data);
    cursor = body.pagination.nextCursor === null ? '' : `&cursor=${body.pagination.nextCursor}`;
  } while (cursor !== '');
  const keys = found.map(({ promptKey }) => promptKey);
  expect(keys).toEqual([...new Set(keys)].toSorted());
  const listed = found.filter(({ promptKey }) => promptKey.startsWith('listed.'));
  expect(listed).toEqual([
    {
      promptKey: 'listed.one',
      versions: 2,
      latest: 2,
      updatedAt: expect.any(String),
      active: {
        version: 1,
        activatedAt: expect.any(String),
        performance: expect.objectContaining({ executions: 0 }),
      },
    },
    { promptKey: 'listed.two', versions: 1, latest: 1, updatedAt: expect.any(String) },
  ]);
  expect((await registry.as(registry.user, '/api/prompts')).status).toBe(403);
});
