import { expect, test } from 'vitest';
import { readAudit } from './read-audit.ts';

const metadata = { dependencies: { prod: 300, total: 900 } };

test('packages with a high or critical vulnerability are reported with the reason', () => {
  const audit = readAudit(
    JSON.stringify({
      auditReportVersion: 2,
      metadata,
      vulnerabilities: {
        parser: {
          name: 'parser',
          severity: 'critical',
          range: '<2.0.1',
          via: [{ title: 'Runs what it reads', url: 'https://advisories.example/1' }],
        },
        server: { name: 'server', severity: 'high', range: '*', via: ['parser'] },
        colours: { name: 'colours', severity: 'moderate', range: '<1.0.0', via: [{ title: 'Slow' }] },
      },
    }),
  );
  expect(audit).toEqual({
    kind: 'audited',
    dependencies: 900,
    grave: [
      'parser <2.0.1 is critical: Runs what it reads https://advisories.example/1',
      'server * is high: through parser',
    ],
    lesser: 1,
  });
});

test('an audit without findings is accepted', () => {
  expect(readAudit(JSON.stringify({ metadata, vulnerabilities: {} }))).toMatchObject({
    kind: 'audited',
    grave: [],
  });
});

test.each([
  [
    'refuses',
    '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}',
    /405 Method Not Allowed/,
  ],
  ['is not reached', '{"error":{"code":"ENOTFOUND","summary":""}}', /ENOTFOUND/],
  ['sends no JSON', 'npm error', /nothing that could be read/],
  ['sends nothing', '', /nothing that could be read/],
])('a registry that %s is never reported as an audit without findings', (_, output, why) => {
  expect(readAudit(output)).toEqual({ kind: 'unavailable', why: expect.stringMatching(why) });
});
