import { describe, expect, test } from 'vitest';
import { aBakery, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const generated = async (answer: object | string, request: object = aBakery) => {
  const content = typeof answer === 'string' ? answer : JSON.stringify(answer);
  platform.neighbours.answer = () => ({ content });
  const { status, body } = await platform.generate(request);
  expect(status).toBe(200);
  return body.data.canvas;
};

const translatedBlocks = Object.fromEntries(
  Object.values(knownBlocks).map((items, index) => [`x${index}`, items]),
);

describe('the title of a generated canvas', () => {
  test.each([
    ['a key title', { title: 'Brot am Rad', ...knownBlocks }],
    ['a key after the blocks', { ...knownBlocks, Title: '**Brot am Rad**' }],
    ['a nested canvas', { canvas: { name: 'Brot am Rad', ...knownBlocks } }],
    ['a translated key', { titel: ' Brot am Rad\n', ...knownBlocks }],
    ['an object with translated blocks', { title: 'Brot am Rad', ...translatedBlocks }],
    ['a title with the name of the method', { title: 'Business Model Canvas: Brot am Rad', ...knownBlocks }],
  ])('is read from %s', async (_, answer) => {
    expect(await generated(answer)).toMatchObject({ title: 'Brot am Rad', ...knownBlocks });
  });

  test.each([
    ['A bakery in Lisbon. It delivers bread.', 'A bakery in Lisbon'],
    ['Eine Bäckerei, die liefert', 'Eine Bäckerei'],
    ['一家面包店，早上送货', '一家面包店'],
    ['مخبز في القاهرة، يوصل الخبز', 'مخبز في القاهرة'],
    ['बेकरी। घर तक पहुँचाती है', 'बेकरी'],
    ['... bread ...', '... bread ...'],
    [`${'very '.repeat(60)}long`, /^(?:very )+very…$/],
  ])('is the first clause of %j without one from the model', async (businessDescription, title) => {
    const canvas = await generated(knownBlocks, { businessDescription });
    expect(canvas.title).toEqual(typeof title === 'string' ? title : expect.stringMatching(title));
    expect(canvas.title.length).toBeLessThanOrEqual(120);
  });

  test.each(['', 7, 'Key Partners', null, 'The Business Model Canvas', '\u200b\u2060'])(
    'is not %j of the model',
    async (title) => {
      expect((await generated({ title, ...knownBlocks })).title).toBe(
        'A sourdough bakery in Lisbon that delivers to offices',
      );
    },
  );

  test('is shortened to 120 characters', async () => {
    const { title } = await generated({ title: 'Brot '.repeat(40), ...knownBlocks });
    expect(title).toMatch(/^Brot .*…$/);
    expect(title.length).toBeLessThanOrEqual(120);
  });

  test('is the title of the request, and no model is asked for one', async () => {
    const canvas = await generated({ title: 'Other', ...knownBlocks }, { ...aBakery, title: 'My bakery' });
    expect(canvas.title).toBe('My bakery');
    expect(JSON.stringify(platform.neighbours.asked[0])).not.toContain('title');
  });

  test('is one line, also if the model writes line breaks and control characters', async () => {
    const { title } = await generated({ title: 'Brot\nam\u0000\tRad ', ...knownBlocks });
    expect(title).toBe('Brot am Rad');
  });

  test('remains when suggestions are applied', async () => {
    const { id } = await generated({ title: 'Brot am Rad', ...knownBlocks });
    const change = { section: 'channels', suggestions: ['Vans'], mode: 'append', revision: 1 };
    const { body } = await platform.post(`/api/canvas/${id}/apply`, change);
    expect(body.data.title).toBe('Brot am Rad');
  });

  test('is sent before the blocks of a stream, as stored', async () => {
    platform.neighbours.answer = () => ({
      content: JSON.stringify({ title: 'Brot am Rad', ...knownBlocks }),
    });
    const { body } = await platform.generate(aBakery, { headers: { accept: 'text/event-stream' } });
    const names = [...String(body).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(names.slice(0, 2)).toEqual(['title', 'section']);
    expect(names.filter((name) => name === 'title')).toHaveLength(1);
    expect(body).toContain('data: {"title":"Brot am Rad"}');
    expect((await platform.request('/api/canvas')).body.data[0].title).toBe('Brot am Rad');
  });
});

describe('a title that a request gives', () => {
  const words = { businessDescription: 'A bakery' };
  const routes: readonly (readonly [string, (title: string) => ReturnType<typeof platform.post>])[] = [
    ['create', (title) => platform.post('/api/canvas', { ...words, title })],
    ['import', (title) => platform.post('/api/canvas/import', { formatVersion: 1, ...words, title })],
    ['generate', (title) => platform.generate({ ...aBakery, title })],
    [
      'update',
      async (title) => {
        const { id } = await platform.aCanvas();
        return platform.put(`/api/canvas/${id}`, { revision: 1, title });
      },
    ],
  ];

  test.each(routes)('is stored in one line by %s, and refused above 120 characters', async (_, send) => {
    const { status, body } = await send('  My\r\n\tbakery \u2028');
    expect(status).toBeLessThan(300);
    expect((body.data.canvas ?? body.data).title).toBe('My bakery');
    const long = await send('x'.repeat(121));
    expect(long.status).toBe(400);
    expect(long.body.details[0].path).toBe('title');
  });

  test('ends in the words of a variant in one line of at most 120 characters', async () => {
    const { id } = await platform.aCanvas();
    platform.neighbours.answer = () => ({ content: JSON.stringify(knownBlocks) });
    const kind = `for schools\nonly ${'and more '.repeat(40)}`;
    const { status, body } = await platform.post(`/api/canvas/${id}/variants`, { kind });
    expect(status).toBe(200);
    expect(body.data.canvas.title).toMatch(/ – for schools only and more .*…$/);
    expect(body.data.canvas.title.length).toBeLessThanOrEqual(120);
  });
});
