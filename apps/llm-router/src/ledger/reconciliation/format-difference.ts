import { formatDollars } from '@valuecanvas/money';
import { readCounterName } from '../../admission/counters.ts';
import type { Difference, Range, RequestDifference, TokenKind } from './compare.ts';

const tokenNames: Readonly<Record<TokenKind, string>> = {
  promptTokens: 'prompt tokens',
  completionTokens: 'completion tokens',
  cachedTokens: 'cached tokens',
  reasoningTokens: 'reasoning tokens',
};

/** Maximum number of requests that are listed individually. */
const maxNamed = 10;

/** Formats a difference in a few sentences: amount, user and period. */
export function formatDifference(difference: Difference): string {
  switch (difference.kind) {
    case 'counter':
      return formatCounter(difference);
    case 'dead': {
      const { userId, day, calls, tokens, nanos } = difference;
      const what = `${pluralize(calls, 'call')} of user ${userId} on ${day} (${tokens} tokens, ${formatDollars(nanos)})`;
      return `${what} ${calls === 1 ? 'is' : 'are'} in the dead-letter stream and not in the ledger.`;
    }
    case 'unreadable':
      return `${pluralize(difference.entries, 'entry', 'entries')} of the journal ${difference.entries === 1 ? 'is not a valid row' : 'are not valid rows'}.`;
    case 'calls': {
      const { provider, counted, booked, requests } = difference;
      const verdict =
        booked < counted.least
          ? `${pluralize(counted.least - booked, 'call')} missing from the books`
          : `${pluralize(booked - counted.most, 'call')} too many in the books`;
      const said = `${nameOf(provider)} counted ${rangeText(counted)} calls, and ${booked} are booked`;
      return [`${said}: ${verdict}.`, ...formatRequests(requests)].join(' ');
    }
    case 'tokens': {
      const { provider, of, counted, booked } = difference;
      const gap =
        counted > booked.most ? `${counted - booked.most} too few` : `${booked.least - counted} too many`;
      return `${nameOf(provider)} counted ${counted} ${tokenNames[of]}, and ${rangeText(booked)} are booked: ${gap}.`;
    }
  }
}

function formatCounter({ counter, calls, bookedNanos }: Difference & { kind: 'counter' }): string {
  const { name, before, after } = counter;
  const named = readCounterName(name);
  const owner = named?.userId === undefined ? 'The platform' : `User ${named.userId}`;
  const counted =
    before === after ? formatDollars(after) : `${formatDollars(before)} to ${formatDollars(after)}`;
  const gap =
    bookedNanos > after
      ? `${formatDollars(bookedNanos - after)} too little`
      : `${formatDollars(before - bookedNanos)} too much`;
  const booked = `${pluralize(calls, 'booked call')} cost ${formatDollars(bookedNanos)}`;
  return `${owner}, ${named?.period} ${named?.start}: the counter says ${counted}, and ${booked}: ${gap}.`;
}

function formatRequests(requests: readonly RequestDifference[]): string[] {
  const named = requests.slice(0, maxNamed).map(({ requestId, counted, booked, userId, day }) => {
    const whose = userId === undefined ? '' : ` of user ${userId} on ${day}`;
    return `${requestId}${whose} (${counted} counted, ${booked} booked)`;
  });
  if (named.length === 0) return [];
  const more = requests.length - named.length;
  return [`Requests: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`];
}

function nameOf(provider: string | undefined): string {
  return provider ?? 'The providers together';
}

function rangeText({ least, most }: Range): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

/** Formats a count with its noun. */
export function pluralize(count: number, one: string, others = `${one}s`): string {
  return `${count} ${count === 1 ? one : others}`;
}
