import { Readable } from 'node:stream';
import { anyone, defineRoute, file } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import { type FileParts, sendFile } from './file-body.ts';

const route = defineRoute({
  ...words,
  id: 'test.export',
  method: 'GET',
  path: '/test/export',
  auth: anyone,
  reply: file('application/pdf'),
});

const contentType = 'application/pdf';
const start = (parts: () => FileParts) => startInTest({ routes: [serve(route, () => sendFile(parts()))] });

test('bytes are sent with their type, their length and a file name in any script', async () => {
  const name = 'Bäckerei – 面包.pdf';
  const service = await start(() => ({ content: Buffer.from('pdf'), contentType, name }));
  const { status, headers, text } = await service.request(route.path);
  expect([status, text]).toEqual([200, 'pdf']);
  expect(headers.get('content-type')).toBe(contentType);
  expect(headers.get('content-length')).toBe('3');
  const [, encoded = ''] = /filename\*=UTF-8''([^;]+)/.exec(headers.get('content-disposition') ?? '') ?? [];
  expect(decodeURIComponent(encoded)).toBe(name);
});

test('a stream of known length is sent with its length', async () => {
  const service = await start(() => ({
    content: Readable.from([Buffer.from('one '), Buffer.from('two')]),
    contentType,
    length: 7,
    disposition: 'inline',
  }));
  const { headers, text } = await service.request(route.path);
  expect([text, headers.get('content-length')]).toEqual(['one two', '7']);
  expect(headers.get('content-disposition')).toBe('inline');
});

test('a client that has the version gets 304 without content, and the stream is released', async () => {
  const streams: Readable[] = [];
  const service = await start(() => {
    const content = Readable.from([Buffer.from('one')]);
    streams.push(content);
    return { content, contentType, version: '7' };
  });
  const whole = await service.request(route.path);
  expect([whole.status, whole.headers.get('etag')]).toEqual([200, '"7"']);
  const held = await service.request(route.path, { headers: { 'if-none-match': 'W/"7"' } });
  expect([held.status, held.text]).toEqual([304, '']);
  expect(streams[1]?.destroyed).toBe(true);
  const older = await service.request(route.path, { headers: { 'if-none-match': '"6"' } });
  expect(older.status).toBe(200);
});

test('a stream that fails aborts the connection, so that no client mistakes a part for the whole', async () => {
  const service = await start(() => ({
    content: Readable.from(
      (async function* () {
        yield Buffer.from('one');
        throw new Error('disk unavailable');
      })(),
    ),
    contentType,
  }));
  await expect(service.request(route.path)).rejects.toThrow();
});

test('HEAD returns the headers of the file without its content', async () => {
  const service = await start(() => ({ content: Buffer.from('pdf'), contentType }));
  const { status, headers, text } = await service.request(route.path, { method: 'HEAD' });
  expect([status, headers.get('content-length'), text]).toEqual([200, '3', '']);
});
