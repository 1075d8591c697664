import { describe, expect, test } from 'vitest';
import { edgeFaults } from './edge-faults.ts';

const good = {
  PUBLIC_URL: 'https://api.example.com',
  HTTPS_ONLY: true,
  TRUST_PROXY: ['uniquelocal'],
  CORS_ALLOWED_ORIGINS: ['https://app.example.com', 'http://localhost:5173', 'https://App.example.com/'],
};

test('whole origins, HTTPS in public and a proxy that vouches for it are right', () => {
  expect(edgeFaults(good)).toEqual([]);
});

describe('never an allowed origin is', () => {
  test.each([
    '*',
    'https://*.example.com',
    'null',
    'app.example.com',
    'https://app.example.com/page',
    'ftp://x',
  ])('%s', (origin) => {
    const faults = edgeFaults({ ...good, CORS_ALLOWED_ORIGINS: ['https://app.example.com', origin] });
    expect(faults).toEqual([expect.stringContaining(`names "${origin}": it takes whole origins`)]);
  });
});

test('HTTPS only needs an HTTPS address to send clients to, and somebody who tells what was encrypted', () => {
  const faults = edgeFaults({ ...good, PUBLIC_URL: 'http://api.example.com', TRUST_PROXY: [] });
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['PUBLIC_URL', 'TRUST_PROXY']);
});

test('without HTTPS only, neither is needed', () => {
  const plain = { ...good, HTTPS_ONLY: false, PUBLIC_URL: 'http://localhost:3000', TRUST_PROXY: [] };
  expect(edgeFaults(plain)).toEqual([]);
});
