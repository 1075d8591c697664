import { expect, test } from 'vitest';
import { givenProviders, simulatedProviders } from './providers.ts';
import { projectRoot, readSettings } from './settings.ts';

test('the gateway listens on 3000 unless PORT is set', () => {
  expect(readSettings([], {})?.gatewayPort).toBe(3000);
  expect(readSettings([], { PORT: '' })?.gatewayPort).toBe(3000);
  expect(readSettings([], { PORT: '3001' })?.gatewayPort).toBe(3001);
});

test.each(['0', '70000', 'http', '30.5'])('PORT=%s is refused', (PORT) => {
  expect(() => readSettings([], { PORT })).toThrow(`not "${PORT}"`);
});

test('the state is in the clone, independent of the working directory', () => {
  expect(readSettings([], {})).toMatchObject({ stateDirectory: `${projectRoot}.dev`, fresh: false });
  expect(readSettings(['--fresh', '--state', '/var/x'], {})).toMatchObject({
    stateDirectory: '/var/x',
    fresh: true,
  });
});

test('--inspect takes names of services and rejects an unknown one', () => {
  expect(readSettings(['--watch', '--inspect', 'canvas', '--inspect=gateway'], {})).toMatchObject({
    watch: true,
    inspect: ['canvas', 'gateway'],
  });
  expect(() => readSettings(['--inspect', 'canvass'], {})).toThrow(/canvas.*not "canvass"/);
});

test.each(['--watch', '--inspect=canvas'])('--single with %s is refused with the reason', (other) => {
  expect(readSettings(['--single'], {})).toMatchObject({ single: true, watch: false, inspect: [] });
  expect(() => readSettings(['--single', other], {})).toThrow(/--single cannot be combined with --watch/);
});

test('the message for an unknown flag lists the known ones', () => {
  expect(() => readSettings(['--frehs'], {})).toThrow(/--frehs.*--fresh/s);
});

test.each([
  { TOGETHER_API_KEY: 'k' },
  { OPENAI_API_KEY: 'k' },
  { OPENAI_BASE_URL: 'http://localhost:11434/v1' },
])('real models are used if the environment has %o', (environment) => {
  expect(givenProviders(environment)).toMatchObject(environment);
});

test('without a key, the simulator replaces all providers', () => {
  expect(givenProviders({ OPENAI_API_KEY: '' })).toBeUndefined();
  expect(simulatedProviders('http://127.0.0.1:4010/v1')).toEqual({
    LLM_SIMULATOR_URL: 'http://127.0.0.1:4010/v1',
  });
});
