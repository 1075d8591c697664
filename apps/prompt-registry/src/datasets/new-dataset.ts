import { hash } from 'node:crypto';
import { AppError } from '@valuecanvas/contracts-core';
import {
  type CreateDatasetRequest,
  DatasetCase,
  type Grader,
  maxCases,
} from '@valuecanvas/contracts-prompt-registry';
import Value from 'typebox/value';
import { caseFaults, type Fault, graderFaults } from '../evaluations/grading/grader-faults.ts';

/** Valid content of a dataset, ready to be stored. */
export interface NewDataset {
  readonly name: string;
  readonly description: string;
  readonly graders: readonly Grader[];
  readonly cases: readonly DatasetCase[];
  readonly contentHash: string;
}

/** Maximum size of all cases together, as JSON, in UTF-16 code units. */
const maxCasesLength = 4_000_000;

/** Maximum number of faults that are reported together. */
const maxFaults = 20;

/** Throws VALIDATION_FAILED for invalid lines, graders or cases. */
export function newDataset({
  name,
  description = '',
  graders = [],
  ...content
}: CreateDatasetRequest): NewDataset {
  const cases = casesOf(content);
  const faults = [
    ...graderFaults(graders, 'graders'),
    ...cases.flatMap((each, index) => [
      ...graderFaults(each.graders ?? [], `cases.${index}.graders`),
      ...caseFaults(each, graders, `cases.${index}`),
    ]),
  ];
  if (faults.length > 0) throw invalid(faults);
  if (JSON.stringify(cases).length > maxCasesLength)
    throw invalid([
      { path: 'cases', message: `must not have more than ${maxCasesLength} characters together` },
    ]);
  return {
    name,
    description,
    graders,
    cases,
    contentHash: hash('sha256', canonicalJson({ graders, cases })),
  };
}

function casesOf({ cases, jsonl }: Pick<CreateDatasetRequest, 'cases' | 'jsonl'>): readonly DatasetCase[] {
  if ((cases === undefined) === (jsonl === undefined))
    throw invalid([{ path: 'cases', message: 'send either cases or jsonl' }]);
  if (cases) return cases;
  const lines = (jsonl ?? '')
    .split('\n')
    .map((text, index) => ({ text: text.trim(), path: `jsonl.${index + 1}` }))
    .filter(({ text }) => text !== '');
  if (lines.length === 0 || lines.length > maxCases)
    throw invalid([{ path: 'jsonl', message: `must have 1 to ${maxCases} lines` }]);
  const read = lines.map(({ text, path }) => readCase(text, path));
  const faults = read.filter((line): line is Fault => 'message' in line);
  if (faults.length > 0) throw invalid(faults);
  return read as DatasetCase[];
}

function readCase(line: string, path: string): DatasetCase | Fault {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { path, message: 'is not JSON' };
  }
  if (Value.Check(DatasetCase, value)) return value;
  const [error] = Value.Errors(DatasetCase, value);
  return { path, message: error ? `${error.instancePath} ${error.message}`.trim() : 'is not a case' };
}

function invalid(faults: readonly Fault[]): AppError {
  return new AppError('VALIDATION_FAILED', { details: faults.slice(0, maxFaults) });
}

/** Serializes a value so that equal values give equal texts, whatever the order of their keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
