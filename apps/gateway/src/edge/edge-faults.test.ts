import { describe, expect, test } from 'vitest';
import { edgeFaults } from './edge-faults.ts';

const good = {
  PUBLIC_URL: 'https://api.example.com',
  HTTPS_ONLY: true,
  TRUST_PROXY: ['uniquelocal'],
  CORS_ALLOWED_ORIGINS: ['https://app.example.com', 'http://localhost:5173', 'https://App.example.com/'],
};

test('accepts origins, an HTTPS address and a trusted proxy', () => {
  expect(edgeFaults(good)).toEqual([]);
});

describe('an allowed origin is never', () => {
  test.each([
    '*',
    'https://*.example.com',
    'null',
    'app.example.com',
    'https://app.example.com/page',
    'ftp://x',
  ])('%s', (origin) => {
    const faults = edgeFaults({ ...good, CORS_ALLOWED_ORIGINS: ['https://app.example.com', origin] });
    expect(faults).toEqual([expect.stringContaining(`contains "${origin}", which is not an origin`)]);
  });
});

test('HTTPS_ONLY requires an HTTPS address to redirect to, and a trusted proxy', () => {
  const faults = edgeFaults({ ...good, PUBLIC_URL: 'http://api.example.com', TRUST_PROXY: [] });
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['PUBLIC_URL', 'TRUST_PROXY']);
});

test('without HTTPS_ONLY, neither is required', () => {
  const plain = { ...good, HTTPS_ONLY: false, PUBLIC_URL: 'http://localhost:3000', TRUST_PROXY: [] };
  expect(edgeFaults(plain)).toEqual([]);
});
