import { expect, test } from 'vitest';
import { demoAccounts } from './demo-accounts.ts';
import { mayHoldDemoData } from './demo-data.ts';
import { readyScreen } from './screen.ts';

const ready = {
  url: 'http://localhost:3000',
  seconds: 4.21,
  simulated: true,
  demoData: true,
  logs: '/clone/.dev/logs',
  routerLog: '/clone/.dev/logs/llm-router.log',
  inspectors: ['canvas at 127.0.0.1:9229'],
  problems: [],
};

test('the screen names address, time, logs, and every demo account with its password', () => {
  const screen = readyScreen(ready);
  expect(screen).toContain('ready at http://localhost:3000 (after 4.2 s)');
  expect(screen).toContain('/clone/.dev/logs');
  expect(screen).toContain('canvas at 127.0.0.1:9229');
  for (const { email, password } of demoAccounts) {
    expect(screen).toMatch(new RegExp(`${email} +${password} `));
  }
});

test('the screen says that answers are simulated, and how to use real models', () => {
  expect(readyScreen(ready)).toMatch(/SIMULATED.*TOGETHER_API_KEY/s);
  expect(readyScreen({ ...ready, simulated: false })).not.toContain('SIMULATED');
});

test('the screen warns of providers that cannot serve, and names the log with the reason', () => {
  const screen = readyScreen({
    ...ready,
    simulated: false,
    problems: ['openai refuses its key or account.'],
  });
  expect(screen).toMatch(
    /WARNING: openai refuses its key or account\..*\/clone\/\.dev\/logs\/llm-router\.log/s,
  );
  expect(screen).not.toContain('cost money');
});

test('without demo accounts the screen names none, and its first canvas begins with a sign-up', () => {
  const screen = readyScreen({ ...ready, demoData: false });
  expect(screen).not.toContain('valuecanvas.local');
  expect(screen).toContain('/auth/v1/signup');
});

test('accounts with public passwords are created only in a database on this machine', () => {
  const at = (host: string) => mayHoldDemoData(`postgresql://owner:secret@${host}:5432/postgres`);
  expect(['localhost', '127.0.0.1', '[::1]'].map(at)).toEqual([true, true, true]);
  expect(['db.example.com', '10.0.0.5', '127.0.0.1.example.com'].map(at)).toEqual([false, false, false]);
});
