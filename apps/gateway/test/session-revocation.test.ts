import { fakeClock, startSeverableLink } from '@valuecanvas/testing';
import { afterEach, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

const gateways: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});

/** Two gateways of one platform, the second with Redis behind a link, and a token that both have cached. */
async function startTwo() {
  const clock = fakeClock(Date.now());
  const here = await startGateway({}, { now: clock.now });
  gateways.push(here);
  const link = await startSeverableLink(here.redis.url);
  const there = await startGateway(
    {
      DATABASE_URL: here.database.urlFor('gateway'),
      REDIS_URL: link.url,
      REDIS_KEY_PREFIX: here.redis.prefix,
      AUTH_SIGNING_KEYS: JSON.stringify([here.authKey]),
    },
    { now: clock.now },
  );
  gateways.push(there);
  const headers = await here.bearer();
  const statusAt = async (gateway: TestGateway) =>
    (await gateway.service.request('/api/canvas', { headers })).status;
  expect([await statusAt(here), await statusAt(there)]).toEqual([200, 200]);
  const logOut = () => here.service.request('/auth/v1/logout?scope=local', { method: 'POST', headers });
  return { clock, here, there, link, statusAt, logOut };
}

test('after a logout, this gateway refuses the token immediately and the other within 30 s', async () => {
  const { clock, here, there, statusAt, logOut } = await startTwo();
  expect((await logOut()).status).toBe(204);
  expect(await statusAt(here)).toBe(401);
  clock.advance(30_000);
  expect(await statusAt(there)).toBe(401);
});

test('a gateway that was without Redis during a logout refuses the token as well', async () => {
  const { clock, there, link, statusAt, logOut } = await startTwo();
  await link.cut();
  await logOut();
  clock.advance(30_000);
  expect(await statusAt(there)).toBe(401);
});
