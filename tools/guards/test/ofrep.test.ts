import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature as ServerOpenFeature } from '@openfeature/server-sdk';
import {
  ClientProviderEvents,
  ErrorCode,
  type Provider,
  OpenFeature as WebOpenFeature,
} from '@openfeature/web-sdk';
import { EventSource } from 'undici';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startPlatform } from './platform.ts';

/** OpenFeature's own providers, unchanged, against the flag service behind the gateway. */

const origin = 'https://app.example.com';

let platform: Awaited<ReturnType<typeof startPlatform>>;
let gateway: string;
let admin: Readonly<Record<string, string>>;
let apiKey: string;

async function send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown) {
  const response = await fetch(`${gateway}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

beforeAll(async () => {
  // The web provider uses the browser's EventSource, which Node offers only behind an option.
  vi.stubGlobal('EventSource', EventSource);
  platform = await startPlatform({
    TOGETHER_API_KEY: 'sk-test',
    CORS_ALLOWED_ORIGINS: origin,
  });
  gateway = platform.urlOf('gateway');
  const account = { email: 'ada@example.com', password: 'a-long-password' };
  const { body: signedUp } = await send('POST', '/auth/v1/signup', {}, account);
  await platform.database.query('update auth.users set raw_app_meta_data = $1 where id = $2', [
    JSON.stringify({ tier: 'pro', role: 'admin' }),
    (signedUp as { user: { id: string } }).user.id,
  ]);
  const { body: loggedIn } = await send('POST', '/auth/v1/token?grant_type=password', {}, account);
  admin = { authorization: `Bearer ${(loggedIn as { access_token: string }).access_token}` };
  const key = await send('POST', '/api/keys', admin, { name: 'flags', scopes: ['flags:evaluate'] });
  apiKey = (key.body as { data: { key: string } }).data.key;
  for (const flag of [
    { key: 'on', enabled: true },
    { key: 'off', enabled: false },
    { key: 'flipped', enabled: true },
    { key: 'half', enabled: true, rolloutPercentage: 50 },
    { key: 'for.pro', enabled: true, targeting: { tiers: ['pro'] } },
    { key: 'look', enabled: true, variants: [{ name: 'dark', weight: 1, config: { background: '#000' } }] },
  ]) {
    expect((await send('POST', '/api/flags', admin, flag)).status).toBe(201);
  }
}, 120_000);

afterAll(async () => {
  await ServerOpenFeature.close();
  await WebOpenFeature.close();
  await platform?.[Symbol.asyncDispose]();
  vi.unstubAllGlobals();
});

const setFlag = async (key: string, change: object) => {
  expect((await send('PUT', `/api/flags/${key}`, admin, change)).status).toBe(200);
};

const credentials = (): [string, string][] => [['X-API-Key', apiKey]];

describe('the provider for servers', () => {
  const context = { targetingKey: 'customer-1' };

  const client = async (headers: [string, string][] = credentials()) => {
    const domain = crypto.randomUUID();
    const provider = new OFREPProvider({ baseUrl: gateway, headers });
    await ServerOpenFeature.setProviderAndWait(domain, provider);
    return ServerOpenFeature.getClient(domain);
  };

  test('gets values with reason, variant and metadata', async () => {
    const flags = await client();
    expect(await flags.getBooleanDetails('on', false, context)).toMatchObject({
      value: true,
      reason: 'STATIC',
      flagMetadata: { version: 1 },
    });
    expect(await flags.getObjectDetails('look', {}, context)).toMatchObject({
      value: { background: '#000' },
      variant: 'dark',
      reason: 'SPLIT',
    });
  });

  test('uses an access token as well', async () => {
    const flags = await client([['Authorization', admin.authorization ?? '']]);
    expect(await flags.getBooleanValue('for.pro', false, {})).toBe(true);
  });

  test('uses the default of the code for a disabled flag', async () => {
    const flags = await client();
    for (const fallback of [true, false])
      expect(await flags.getBooleanValue('off', fallback, context)).toBe(fallback);
  });

  test('evaluates for the targeting key of each call', async () => {
    const flags = await client();
    const values = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        flags.getBooleanValue('half', false, { targetingKey: `customer-${index}` }),
      ),
    );
    expect(new Set(values)).toEqual(new Set([true, false]));
  });

  test.each(['absent', 'a/b', 'a b?c#d%', 'Größe 🙂', 'ü'.repeat(200)])(
    'learns that the flag %s does not exist',
    async (key) => {
      const flags = await client();
      expect(await flags.getBooleanDetails(key, true, context)).toMatchObject({
        value: true,
        reason: 'ERROR',
        errorCode: 'FLAG_NOT_FOUND',
      });
    },
  );

  test('learns that the targeting key is missing, and that the type differs', async () => {
    const flags = await client();
    expect(await flags.getBooleanDetails('half', false, {})).toMatchObject({
      errorCode: 'TARGETING_KEY_MISSING',
    });
    expect(await flags.getStringDetails('on', 'default', context)).toMatchObject({
      value: 'default',
      errorCode: 'TYPE_MISMATCH',
    });
  });

  test('sees a change within a second', async () => {
    const flags = await client();
    const value = () => flags.getBooleanValue('flipped', false, context);
    await setFlag('flipped', { enabled: true });
    await expect.poll(value, { timeout: 1_000 }).toBe(true);
    await setFlag('flipped', { enabled: false });
    await expect.poll(value, { timeout: 1_000 }).toBe(false);
  });
});

describe('the provider for browsers', () => {
  const client = async (headers: [string, string][] = credentials()) => {
    const domain = crypto.randomUUID();
    const provider = new OFREPWebProvider({ baseUrl: gateway, headers, cacheMode: 'disabled' });
    await WebOpenFeature.setContext(domain, { targetingKey: 'visitor-1', tier: 'free' });
    // The provider's types predate exact optional properties.
    await WebOpenFeature.setProviderAndWait(domain, provider as Provider);
    return { domain, flags: WebOpenFeature.getClient(domain) };
  };

  test('gets all values at once', async () => {
    const { flags } = await client();
    expect(flags.getBooleanValue('on', false)).toBe(true);
    expect(flags.getObjectValue('look', {})).toEqual({ background: '#000' });
    expect(flags.getBooleanDetails('off', true)).toMatchObject({ value: true, reason: 'DISABLED' });
    expect(flags.getBooleanDetails('absent', true)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
  });

  test('gets new values when an attribute other than the targeting key changes', async () => {
    const { domain, flags } = await client();
    expect(flags.getBooleanValue('for.pro', true)).toBe(false);
    await WebOpenFeature.setContext(domain, { targetingKey: 'visitor-1', tier: 'pro' });
    expect(flags.getBooleanValue('for.pro', false)).toBe(true);
  });

  test('learns of a change through the event stream, without polling', async () => {
    await setFlag('flipped', { enabled: true });
    const { flags } = await client();
    await expect.poll(() => flags.getBooleanValue('flipped', false)).toBe(true);
    const changed = vi.fn();
    flags.addHandler(ClientProviderEvents.ConfigurationChanged, changed);
    await setFlag('flipped', { enabled: false });
    await expect.poll(() => flags.getBooleanDetails('flipped', true).reason).toBe('DISABLED');
    await expect
      .poll(() => changed.mock.calls.flatMap(([event]) => event.flagsChanged ?? []))
      .toContain('flipped');
  });

  test('fails for good if its credentials are refused', async () => {
    await expect(client([['X-API-Key', 'vc_wrong']])).rejects.toMatchObject({
      code: ErrorCode.PROVIDER_FATAL,
    });
  });
});

test('a page of an allowed origin may send what the provider sends and read what it reads', async () => {
  const path = `${gateway}/ofrep/v1/evaluate/flags`;
  const asked = 'content-type,authorization,x-api-key,if-none-match';
  const preflight = await fetch(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    },
  });
  const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/, ?/);
  expect(allowed).toEqual(expect.arrayContaining(asked.split(',')));
  const { headers } = await send(
    'POST',
    '/ofrep/v1/evaluate/flags',
    { origin, 'x-api-key': apiKey },
    { context: { targetingKey: 'visitor-1' } },
  );
  const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/, ?/);
  expect(exposed).toEqual(expect.arrayContaining(['etag', 'retry-after']));
});
