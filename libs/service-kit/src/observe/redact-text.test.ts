import { expect, test } from 'vitest';
import { createLoggers } from './logger.ts';
import { redactLine } from './redact-text.ts';

const redacted = (text: string): unknown =>
  (JSON.parse(redactLine(JSON.stringify({ message: text }))) as { message: string }).message;

const key = (...parts: string[]) => parts.join('');

test.each([
  ['a mail address', 'no user ada.lovelace+x@mail.example.com', 'no user [mail]'],
  ['several', 'a@b.io, "c@d.org"', '[mail], "[mail]"'],
  ['user and password', 'redis://:sesame@db:6379 refused', 'redis://[credentials]@db:6379 refused'],
  ['a bearer token', 'Bearer abcdefgh.ijkl', 'Bearer [key]'],
  ['a JSON Web Token', `got ${key('eyJ', 'hbGciOiJIUzI1NiJ9.eyJzdWIi', '.c2ln')}`, 'got [key]'],
  [
    'a key of OpenAI',
    `Incorrect API key: ${key('sk', '-proj-abcdefghij0123456789')}.`,
    'Incorrect API key: [key].',
  ],
  ['a key of this platform', key('vc_', 'abcd1234_', '0'.repeat(32)), '[key]'],
  ['a key of AWS', key('AKIA', 'ABCDEFGHIJKLMNOP'), '[key]'],
  ['a key of GitHub', key('ghp', '_abcdefghijklmnopqrstuvwxyz'), '[key]'],
  [
    'a private key',
    key('-----BEGIN ', 'PRIVATE KEY-----\nMC4CAQ\n', '-----END ', 'PRIVATE KEY-----'),
    '[key]',
  ],
  ['a card number', 'card 4111 1111 1111 1111, please', 'card [card], please'],
  ['a card number without groups', '5500005555555559', '[card]'],
])('%s is redacted', (_what, text, expected) => {
  expect(redacted(text)).toBe(expected);
});

test.each([
  ['a database role', 'permission denied for vc_prompt_registry'],
  ['a version in a path', 'at node_modules/pino@10.4.0/lib/proto.js:243'],
  ['a scoped package', 'cannot find @valuecanvas/redis'],
  ['a UUID', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ['digits that are no card', '4111 1111 1111 1112'],
  ['a time in milliseconds', '1764716400000'],
])('%s stays as it is', (_what, text) => {
  expect(redacted(text)).toBe(text);
});

test('numbers, keys and the form of a line stay as they are', () => {
  const line = '{"level":"info","costNanos":4111111111111111,"mail":"a@b.io","list":["c@d.io",1]}\n';
  expect(redactLine(line)).toBe(
    '{"level":"info","costNanos":4111111111111111,"mail":"[mail]","list":["[mail]",1]}\n',
  );
});

test('the logger redacts the texts of messages, fields and errors', () => {
  const lines: string[] = [];
  const { log } = createLoggers(
    { service: 'canvas', version: 'test', level: 'info', errorMessages: true },
    { write: (line) => void lines.push(line) },
  );
  log.warn({ err: new Error('no account a@b.io'), detail: { note: 'c@d.io' } }, 'mail to e@f.io failed');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/@[bdf]\.io/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    message: 'mail to [mail] failed',
    detail: { note: '[mail]' },
    err: { message: 'no account [mail]' },
  });
});
