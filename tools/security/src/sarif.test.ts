import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import Ajv from 'ajv';
import draft4 from 'ajv/lib/refs/json-schema-draft-04.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { createReport } from './report.ts';
import { sarifOf } from './sarif.ts';

async function aReport() {
  const report = createReport(() => undefined);
  report.heading('Dockerfiles', 'apps');
  await report.check('images do not run as root', async (found) => {
    found('the container runs as root', { file: 'apps/canvas/Dockerfile', line: 12 });
    return '8 Dockerfiles';
  });
  await report.check('no door is open', async () => '3 doors');
  report.heading('Attacks', 'docs/openapi.json');
  await report.check('no door is open', () => Promise.reject(new Error('no answer')));
  report.notChecked('known vulnerabilities', 'no registry');
  return report;
}

const validate = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' })
  .addMetaSchema(draft4)
  .compile(schema);

test('a log is valid by the schema of SARIF 2.1.0, with findings and without', async () => {
  for (const report of [await aReport(), createReport(() => undefined)]) {
    validate(JSON.parse(JSON.stringify(sarifOf(report.outcomes()))));
    expect(validate.errors ?? []).toEqual([]);
  }
});

test('a log that breaks the schema is found', async () => {
  const log = JSON.parse(JSON.stringify(sarifOf((await aReport()).outcomes())));
  log.runs[0].results[0].level = 'dreadful';
  expect(validate(log)).toBe(false);
});

test('a finding is an error with its place, a check is a rule, and a skipped check is a warning', async () => {
  const [run] = sarifOf((await aReport()).outcomes()).runs;
  expect(run?.tool.driver.rules?.map(({ id }) => id)).toEqual([
    'dockerfiles/images-do-not-run-as-root',
    'dockerfiles/no-door-is-open',
    'attacks/no-door-is-open',
  ]);
  expect(run?.results).toMatchObject([
    {
      ruleId: 'dockerfiles/images-do-not-run-as-root',
      ruleIndex: 0,
      level: 'error',
      message: { text: 'The container runs as root.' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'apps/canvas/Dockerfile' },
            region: { startLine: 12 },
          },
        },
      ],
    },
    {
      ruleId: 'attacks/no-door-is-open',
      ruleIndex: 2,
      locations: [{ physicalLocation: { artifactLocation: { uri: 'docs/openapi.json' } } }],
    },
  ]);
  expect(run?.invocations?.[0]?.toolExecutionNotifications).toMatchObject([
    { level: 'warning', message: { text: 'Not checked: known vulnerabilities: no registry' } },
  ]);
});

test('the same finding has the same fingerprint after its line has moved', async () => {
  const fingerprints = async (line: number) => {
    const report = createReport(() => undefined);
    report.heading('Dockerfiles', 'apps');
    await report.check('images do not run as root', async (found) => {
      found('the container runs as root', { file: 'apps/canvas/Dockerfile', line });
      return '';
    });
    return sarifOf(report.outcomes()).runs[0]?.results?.[0]?.partialFingerprints;
  };
  expect(await fingerprints(3)).toEqual(await fingerprints(30));
});
