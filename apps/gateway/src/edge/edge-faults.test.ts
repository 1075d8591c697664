import { describe, expect, test } from 'vitest';
import { edgeFaults, parseOrigin } from './edge-faults.ts';

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
    'https://',
    'app:name',
    'app://*',
    'app://name/page',
    'app://user@name',
    'https://user@app.example.com',
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

test.each([
  ['https://App.example.com/', 'https://app.example.com'],
  ['https://app.example.com:443', 'https://app.example.com'],
  ['app://ValueCanvas', 'app://valuecanvas'],
  ['app://.', 'app://.'],
  ['capacitor://localhost/', 'capacitor://localhost'],
  ['ionic://localhost:8080', 'ionic://localhost:8080'],
  ['chrome-extension://abcdefghijklmnop', 'chrome-extension://abcdefghijklmnop'],
  ['file://', 'file://'],
])('%s is the origin %s', (text, origin) => {
  expect(parseOrigin(text)).toBe(origin);
  expect(edgeFaults({ ...good, CORS_ALLOWED_ORIGINS: [text] })).toEqual([]);
});
