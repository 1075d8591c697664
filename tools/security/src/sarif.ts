import { createHash } from 'node:crypto';
import type { Log, Notification, ReportingDescriptor, Result } from 'sarif';
import type { Finding, Outcome } from './report.ts';

/**
 * Returns the outcomes as a log of SARIF 2.1.0, as code scanning of GitHub reads it: a rule for every check, an error for every
 * finding, and a notification for every check that was skipped.
 */
export function sarifOf(outcomes: readonly Outcome[]): Log {
  const checks = outcomes.filter(({ skipped }) => skipped === undefined);
  const rules = new Map(checks.map((outcome) => [ruleId(outcome), ruleOf(outcome)]));
  const ids = [...rules.keys()];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ValueCanvas security scan', rules: [...rules.values()] } },
        invocations: [
          { executionSuccessful: true, toolExecutionNotifications: outcomes.flatMap(skippedCheck) },
        ],
        originalUriBaseIds: { ROOT: { description: { text: 'The root of the repository.' } } },
        results: checks.flatMap((outcome) =>
          outcome.findings.map((finding) => resultOf(outcome, finding, ids.indexOf(ruleId(outcome)))),
        ),
      },
    ],
  };
}

/** A name of the part and the promise that stays the same between runs. */
function ruleId({ part, promise }: Outcome): string {
  const words = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
  return `${words(part)}/${words(promise)}`;
}

function ruleOf(outcome: Outcome): ReportingDescriptor {
  return {
    id: ruleId(outcome),
    shortDescription: { text: sentence(outcome.promise) },
    fullDescription: { text: `${outcome.part}: ${outcome.promise}.` },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['security'], 'security-severity': '7.0' },
  };
}

function resultOf(outcome: Outcome, { what, place }: Finding, ruleIndex: number): Result {
  const id = ruleId(outcome);
  return {
    ruleId: id,
    ruleIndex,
    level: 'error',
    message: { text: sentence(what) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: place.file, uriBaseId: 'ROOT' },
          region: { startLine: place.line ?? 1 },
        },
      },
    ],
    // The line is left out: a finding that moves within its file is still the same one.
    partialFingerprints: {
      'finding/v1': createHash('sha256').update(`${id}\n${place.file}\n${what}`).digest('hex'),
    },
  };
}

function skippedCheck({ promise, skipped }: Outcome): Notification[] {
  if (skipped === undefined) return [];
  return [{ level: 'warning', message: { text: `Not checked: ${promise}: ${skipped}` } }];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
