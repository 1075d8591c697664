import type { Canvas } from '@valuecanvas/contracts-canvas';
import { expect, test } from 'vitest';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const hostile = {
  title: 'Brot & Söhne: "frisch" / 24/7 <b>',
  businessDescription: '# A bakery\n<script>alert(1)</script>',
  industry: '[Food](javascript:alert(1))',
  channels: ['-10 % energy', '* not a list', '1. not a number', '<img src=x onerror=alert(1)>', '日本語 🙂'],
};

async function stored(content: object = hostile): Promise<Canvas> {
  const { status, body } = await platform.post('/api/canvas', content);
  expect(status).toBe(201);
  return body.data;
}

const download = (id: string, format: string, headers: Readonly<Record<string, string>> = {}) =>
  platform.request(`/api/canvas/${id}/export?format=${format}`, { headers });

test('an exported canvas can be imported, with everything that its user wrote', async () => {
  const canvas = await stored({ ...knownBlocks, ...hostile });
  const file = await download(canvas.id, 'json');
  expect(file.headers.get('content-disposition')).toMatch(/Brot & S.hne frisch 24 7 b\.json/);
  const { status, body } = await platform.post('/api/canvas/import', file.body);
  expect(status).toBe(201);
  const own = ['id', 'createdAt', 'updatedAt'];
  const content = ({ ...fields }: Canvas) => Object.entries(fields).filter(([name]) => !own.includes(name));
  expect(content(body.data)).toEqual(content(canvas));
  expect(body.data.id).not.toBe(canvas.id);
  const history = await platform.request(`/api/canvas/${body.data.id}/revisions`);
  expect(history.body.data).toMatchObject([{ revision: 1, source: 'import' }]);
});

test('text is inert in Markdown', async () => {
  const { id } = await stored();
  const { headers, body } = await download(id, 'md');
  expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  expect(body.split('\n')).toEqual([
    '# Brot & Söhne: "frisch" / 24/7 \\<b>',
    '',
    '\\# A bakery \\<script>alert(1)\\</script>',
    '',
    '- Industry: \\[Food]\\(javascript:alert(1))',
    '',
    ...['Key Partners', 'Key Activities', 'Value Propositions'].flatMap((name) => [
      `## ${name}`,
      '',
      '–',
      '',
    ]),
    ...['Customer Relationships', 'Customer Segments', 'Key Resources'].flatMap((name) => [
      `## ${name}`,
      '',
      '–',
      '',
    ]),
    '## Channels',
    '',
    '- -10 % energy',
    '- \\* not a list',
    '- 1\\. not a number',
    '- \\<img src=x onerror=alert(1)>',
    '- 日本語 🙂',
    '',
    ...['## Cost Structure', '', '–', '', '## Revenue Streams', '', '–', ''],
  ]);
});

test('a client that has the file of a revision gets 304', async () => {
  const { id } = await stored();
  const etag = (await download(id, 'json')).headers.get('etag') ?? '';
  expect((await download(id, 'json', { 'if-none-match': etag })).status).toBe(304);
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: [] });
  expect((await download(id, 'json', { 'if-none-match': etag })).status).toBe(200);
});

test.each([
  ['another format', { formatVersion: 2, businessDescription: 'A bakery' }],
  ['no description', { formatVersion: 1 }],
  ['an unknown field', { formatVersion: 1, businessDescription: 'A bakery', markdown: true }],
  ['a block of another type', { formatVersion: 1, businessDescription: 'A bakery', channels: 'Shop' }],
])('a file with %s is not imported', async (_, file) => {
  expectError(await platform.post('/api/canvas/import', file), 400, 'VALIDATION_FAILED');
});

test.each([
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['pdf', 'application/pdf'],
])('a canvas is exported as %s, once for each paper', async (format, contentType) => {
  const { id } = await stored({ ...knownBlocks, ...hostile });
  const file = await download(id, format);
  expect([file.status, file.headers.get('content-type')]).toEqual([200, contentType]);
  expect(file.headers.get('content-disposition')).toContain(`.${format}`);
  const held = { 'if-none-match': file.headers.get('etag') ?? '' };
  expect((await download(id, format, held)).status).toBe(304);
  expect((await download(id, `${format}&paper=a3`, held)).status).toBe(200);
});
