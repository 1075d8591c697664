import { expect, test } from 'vitest';
import { createNumbering, jsonRequest, numberPlace } from './requests.ts';

test('a request states the length of its body in bytes', () => {
  const request = jsonRequest('/v1/x', { authorization: 'Bearer t' }, { name: 'Käse' }).toString();
  const [head = '', body = ''] = request.split('\r\n\r\n');
  expect(head).toContain('POST /v1/x HTTP/1.1\r\n');
  expect(head).toContain('authorization: Bearer t');
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
});

test('each send of a numbered request is unique and has the same length', () => {
  const renew = createNumbering();
  const request = jsonRequest('/v1/x', {}, { order: numberPlace });
  const { length } = request;
  const sent = [1, 2].map(() => {
    renew(request);
    return request.toString();
  });
  expect(sent[0]).toContain('#000000000001');
  expect(sent[1]).toContain('#000000000002');
  expect(request).toHaveLength(length);
});
