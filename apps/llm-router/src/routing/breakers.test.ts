import { expect, onTestFinished, test } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { defaultCircuitSettings } from './breaker.ts';
import { type Breakers, createBreakers } from './breakers.ts';

function start(settings: { maxModels?: number; minCalls?: number } = {}): Breakers {
  const breakers = createBreakers({
    provider: 'a',
    circuit: { ...defaultCircuitSettings, minCalls: settings.minCalls ?? 1 },
    ...(settings.maxModels === undefined ? {} : { maxModels: settings.maxModels }),
  });
  onTestFinished(breakers.stop);
  return breakers;
}

const fail = (breakers: Breakers, model: string) =>
  breakers
    .of(model)
    .run(() => Promise.reject(new ProviderError('unavailable', 'a', 'failed')))
    .catch(() => undefined);
const succeed = (breakers: Breakers, model: string) => breakers.of(model).run(async () => 'answer');

test('a failing model does not open the breakers of others', async () => {
  const breakers = start();
  await succeed(breakers, 'good');
  await fail(breakers, 'bad');
  expect(breakers.states()).toEqual({ good: 'closed', bad: 'open' });
  expect(breakers.state()).toBe('closed');
});

test('a provider is open when the breakers of all its used models are', async () => {
  const breakers = start();
  expect(breakers.state()).toBe('closed');
  await fail(breakers, 'one');
  await fail(breakers, 'other');
  expect(breakers.state()).toBe('open');
});

test('the number of breakers is limited: further models share one', async () => {
  const breakers = start({ maxModels: 2 });
  await succeed(breakers, 'first');
  await succeed(breakers, 'second');
  for (let model = 0; model < 100; model += 1) await succeed(breakers, `model ${model}`);
  await fail(breakers, 'yet another');
  expect(breakers.states()).toEqual({ first: 'closed', second: 'closed', others: 'closed' });
  expect(breakers.of('this')).toBe(breakers.of('that'));
});

test('reading states creates no breaker', () => {
  const breakers = start();
  expect(breakers.known('model')).toBeUndefined();
  expect(breakers.states()).toEqual({});
});

test('closing all returns the models whose breakers were not closed', async () => {
  const breakers = start();
  await succeed(breakers, 'good');
  await fail(breakers, 'bad');
  expect(breakers.closeAll()).toEqual(['bad']);
  expect(breakers.states()).toEqual({ good: 'closed', bad: 'closed' });
});

test('a change on another replica applies to a model that is unused here', () => {
  const breakers = start();
  breakers.follow('model', 'open', 0);
  expect(breakers.known('model')?.letsThrough()).toBe(false);
  expect(breakers.state()).toBe('open');
});

test('the shared breaker does not follow other replicas', () => {
  const breakers = start({ maxModels: 0 });
  breakers.follow('model', 'open', 0);
  expect(breakers.of('model').letsThrough()).toBe(true);
});

test('listeners receive the model, and whether its breaker is shared', async () => {
  const breakers = start({ maxModels: 1 });
  const heard: unknown[] = [];
  breakers.onChange((change) => heard.push(change));
  await fail(breakers, 'one');
  await fail(breakers, 'two');
  expect(heard).toEqual([
    { model: 'one', state: 'open', followed: false, isShared: false },
    { model: 'others', state: 'open', followed: false, isShared: true },
  ]);
});
