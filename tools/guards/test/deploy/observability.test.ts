import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { type MetricDefinition, metricCatalogue } from '@valuecanvas/contracts-core';
import { createMetrics } from '@valuecanvas/service-kit';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../src/root.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const prometheus = join(root, 'infrastructure/prometheus');
const runbooks = join(root, 'docs/runbooks');

const rules = (await textsIn(join(prometheus, 'rules'))).flatMap(({ text }) =>
  (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);
const alerts = rules.filter((rule) => rule.alert !== undefined);
const knownLabels = labelsByMetric();

async function textsIn(folder: string) {
  const files = (await readdir(folder, { recursive: true })).sort();
  const named = files.filter((file) => /\.\w+$/.test(file));
  return Promise.all(named.map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })));
}

/** Returns the labels of every series that a service exposes, or undefined if they are not in the catalogue. */
function labelsByMetric(): Map<string, readonly string[] | undefined> {
  const known = new Map<string, readonly string[] | undefined>([
    ['up', []],
    ['ALERTS', ['alertname', 'alertstate', 'severity']],
  ]);
  const definitions: readonly MetricDefinition[] = Object.values(metricCatalogue);
  for (const { name, type, labels } of definitions) {
    if (type !== 'histogram') known.set(name, labels);
    else for (const suffix of ['_bucket', '_sum', '_count']) known.set(`${name}${suffix}`, labels);
  }
  for (const { name } of createMetrics('gateway', 'test').registry.getMetricsAsArray()) {
    for (const suffix of ['', '_bucket', '_sum', '_count']) {
      if (!known.has(`${name}${suffix}`)) known.set(`${name}${suffix}`, undefined);
    }
  }
  for (const { record } of rules) if (record !== undefined) known.set(record, undefined);
  return known;
}

/** Returns the faults of a PromQL expression: syntax errors, and metrics and labels that the catalogue lacks. */
function faultsIn(query: string): string[] {
  const text = query.replaceAll(/\$__\w+/g, '5m');
  const faults: string[] = [];
  let metric = '';
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const word = text.slice(from, to);
      if (type.isError) faults.push(`syntax error at ${from}: ${text}`);
      if (node.parent?.name === 'VectorSelector' && type.name === 'Identifier') {
        metric = word;
        if (!knownLabels.has(metric)) faults.push(`unknown metric ${metric}`);
      }
      if (type.name === 'LabelName' && node.parent?.name === 'UnquotedLabelMatcher') {
        const allowed = knownLabels.get(metric);
        const common = ['service', 'instance', 'job', 'le'];
        if (allowed && !common.includes(word) && !allowed.includes(word))
          faults.push(`${metric} has no label ${word}`);
      }
    },
  });
  return faults;
}

test('a fault in a query is found', () => {
  expect(faultsIn('sum(rate(queue_attempts_total{job="a"}[$__rate_interval]))')).toEqual([]);
  expect(faultsIn('sum(rate(no_such_total[5m]))')).toEqual(['unknown metric no_such_total']);
  expect(faultsIn('queue_jobs{color="red"}')).toEqual(['queue_jobs has no label color']);
  expect(faultsIn('sum(queue_jobs')).toHaveLength(1);
});

describe('rules of Prometheus', () => {
  test('are valid and use metrics and labels of the catalogue only', () => {
    expect(rules.flatMap(({ expr }) => faultsIn(expr))).toEqual([]);
  });

  test('each alert has a severity that Alertmanager routes, a summary and a unit test', async () => {
    const tests = (await textsIn(join(prometheus, 'tests'))).map(({ text }) => text).join();
    for (const { alert, labels, annotations } of alerts) {
      expect(labels?.severity, alert).toMatch(/^(critical|warning|info)$/);
      expect(annotations?.summary, alert).toMatch(/\.$/);
      expect(tests, alert).toContain(alert);
    }
  });

  test('each alert has a runbook, and each runbook an alert', async () => {
    const pages = (await textsIn(runbooks)).filter(({ file }) => file !== 'README.md');
    const titles = pages.map(({ file, text }) => `${/^# (\w+)\n/.exec(text)?.[1]} ${file}`);
    const linked = alerts.map(
      ({ alert, annotations }) =>
        `${alert} ${annotations?.runbook_url?.replace('{{ $externalLabels.runbooks }}/', '')}`,
    );
    expect(titles.sort()).toEqual([...new Set(linked)].sort());
  });
});

test('every query of a dashboard is valid and uses metrics and labels of the catalogue only', async () => {
  const dashboards = await textsIn(join(root, 'infrastructure/grafana/dashboards'));
  expect(dashboards.map(({ file }) => file)).toEqual([
    'canvas.json',
    'llm.json',
    'platform.json',
    'queue.json',
    'services.json',
  ]);
  for (const { file, text } of dashboards) {
    const { panels } = JSON.parse(text) as { panels: { title: string; targets: { expr: string }[] }[] };
    for (const { title, targets } of panels) {
      expect(
        targets.flatMap(({ expr }) => faultsIn(expr)),
        `${file}: ${title}`,
      ).toEqual([]);
    }
  }
});

test('a runbook says how to look, what to do and when it is over', async () => {
  for (const { file, text } of await textsIn(runbooks)) {
    if (file === 'README.md') continue;
    expect(text, file).toMatch(/\nUsers notice: [\s\S]+\n## Look\n[\s\S]+\n## Do\n[\s\S]+\n## Over when\n/);
  }
});

test('the links of runbooks and operations pages lead to files', async () => {
  const missing: string[] = [];
  for (const folder of [runbooks, join(root, 'docs/operations')]) {
    for (const { file, text } of await textsIn(folder)) {
      for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        const found = await readFile(join(folder, dirname(file), link)).then(
          () => true,
          () => false,
        );
        if (!found) missing.push(`${file}: ${link}`);
      }
    }
  }
  expect(missing).toEqual([]);
});
