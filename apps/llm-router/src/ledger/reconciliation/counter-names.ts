import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { timeOfId } from '@valuecanvas/service-kit';
import { boundsOf, type Period } from '../../admission/counters.ts';

/** A spent counter, parsed from its name. */
export interface NamedCounter {
  /** Undefined for the platform. */
  readonly userId: string | undefined;
  readonly period: Period;
  /** As in the name: 2026-11-25T17, 2026-11-25 or 2026-11. */
  readonly start: string;
}

const form = /^(?:u:([0-9a-f-]{36})|p):(\d{4}-\d{2}(?:-\d{2}(?:T\d{2})?)?)$/;
const periods: Readonly<Record<number, Period>> = { 13: 'hour', 10: 'day', 7: 'month' };

/** Parses the part of a counter's key after `spent:`. Returns undefined for other keys. */
export function readCounterName(name: string): NamedCounter | undefined {
  const [, userId, start = ''] = form.exec(name) ?? [];
  const period = periods[start.length];
  return period && { userId, period, start };
}

/** Returns true if a counter's period overlaps an interval. */
export function overlaps({ period, start }: NamedCounter, from: Date, until: Date): boolean {
  const { startsAt, endsAt } = boundsOf(period, Date.parse(period === 'hour' ? `${start}:00Z` : start));
  return startsAt < until.getTime() && endsAt > from.getTime();
}

/** Names the counters that include a row's cost. */
export function counterNamesOf({ id, userId }: LlmUsage): readonly string[] {
  const time = timeOfId(id).toISOString();
  const [hour, day, month] = [time.slice(0, 13), time.slice(0, 10), time.slice(0, 7)];
  return [`u:${userId}:${day}`, `u:${userId}:${month}`, `p:${hour}`, `p:${day}`, `p:${month}`];
}
