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

/** The condition of a rule. An absent field matches every call. */
export interface Condition {
  readonly model: string;
  /** The API key that the caller sent. */
  readonly key: string;
  /** The share of matching calls, 0 to 1, decided by the simulator's seed. */
  readonly probability: number;
  /** Number of calls after which the rule no longer applies. */
  readonly count: number;
}

/** An effect for the calls that match a condition. */
export type Rule = Partial<Condition & Effect>;

/** The properties of a call that rules can match. */
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

/** Reads a list of rules. Throws an ApiError 400 for the first invalid one. */
export const rules: Reader<readonly Rule[]> = (value, field) => {
  if (!Array.isArray(value)) throw refused(field, 'a list of rules');
  return value.map((rule) => readFields(rule, ruleFields));
};

/** Tests if the rule applies to the call. Draws from `random` only if the rule has a probability. */
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
