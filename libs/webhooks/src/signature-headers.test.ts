import { expect, test } from 'vitest';
import { signatureHeaders, webhookSecretPattern } from './signature-headers.ts';

// The example of the reference implementations of Standard Webhooks.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  body: '{"test": 2432232314}',
  at: new Date(1_614_265_330_000),
};
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

test('a message is signed as Standard Webhooks says', () => {
  expect(signatureHeaders(message, secret)).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  });
});

test('while a secret is replaced, both secrets sign', () => {
  const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const { 'webhook-signature': both } = signatureHeaders(message, `${other},${secret}`);
  expect(both).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,/);
  expect(both?.split(' ')).toContain(signature);
});

test.each([
  [secret, true],
  [`${secret},${secret}`, true],
  ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
  ['whsec_short', false],
  [`whsec_${'a'.repeat(100)}`, false],
])('%s is a secret: %j', (value, is) => {
  expect(new RegExp(webhookSecretPattern).test(value)).toBe(is);
});
