import type { Random } from '../random.ts';
import type { Effect } from './effect.ts';
import { effectFields } from './effect-fields.ts';
import {
  integerBetween,
  numberBetween,
  type Reader,
  type Readers,
  readFields,
  refused,
  text,
} from './field-readers.ts';

/** When a rule applies; a field that is absent matches every call. */
export interface Condition {
  readonly model: string;
  /** The API key that the caller sent. */
  readonly key: string;
  /** The share of matching calls, 0 to 1, decided by the simulator's seed. */
  readonly probability: number;
  /** Only the next so many calls, after which the rule is spent. */
  readonly count: number;
}

/** An effect for the calls that meet a condition. */
export type Rule = Partial<Condition & Effect>;

/** A call, as far as rules look at it. */
export interface CallSubject {
  readonly model: string;
  readonly key: string | null;
}

const ruleFields: Readers<Condition & Effect> = {
  ...effectFields,
  model: text,
  key: text,
  probability: numberBetween(0, 1),
  count: integerBetween(0, 1_000_000_000),
};

/** Reads a list of rules; throws an ApiError 400 at the first that is not one. */
export const rules: Reader<readonly Rule[]> = (value, field) => {
  if (!Array.isArray(value)) throw refused(field, 'a list of rules');
  return value.map((rule) => readFields(rule, ruleFields));
};

/** Whether the rule applies to this call. Draws from `random` only where the rule has a probability. */
export function applies(rule: Rule, subject: CallSubject, random: Random): boolean {
  if (rule.count === 0) return false;
  if (rule.model !== undefined && rule.model !== subject.model) return false;
  if (rule.key !== undefined && rule.key !== subject.key) return false;
  return rule.probability === undefined || random() < rule.probability;
}

/** The rule after one more use. */
export function used(rule: Rule): Rule {
  return rule.count === undefined ? rule : { ...rule, count: rule.count - 1 };
}
