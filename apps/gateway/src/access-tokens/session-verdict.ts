/** A token whose signature is good, by what its session is told by. */
export interface ShownToken {
  readonly token: string;
  readonly userId: string;
  /** Absent in tokens that belong to no session: only the end of all sessions of the user ends them. */
  readonly sessionId?: string;
  /** Milliseconds since the epoch, in whole seconds as tokens have it. */
  readonly issuedAt: number;
}

/** One session is over, or all that a user had at a time, but for one. */
export type SessionMark =
  | { readonly sessionId: string }
  | { readonly userId: string; readonly at: number; readonly exceptSession: string | undefined };

/** What is known of a token's session and of the others of its user. */
export interface FoundMarks {
  readonly session: boolean;
  /** When all sessions of the user were ended: by the one that was not, or `everySession`. */
  readonly ofUser: ReadonlyMap<string, number>;
}

/** Stands for the excepted session where there is none; no session is called so. */
export const everySession = '*';

export const noMarks: FoundMarks = { session: false, ofUser: new Map() };

/** Milliseconds by which the clocks of whoever issues tokens and whoever ends sessions may differ. */
const skewMs = 5_000;

/** A token tells its second only. */
const secondMs = 1_000;

/** `unsure` where the token may be from just before or from just after the end of all others. */
export function verdictOf(shown: ShownToken, ...marks: readonly FoundMarks[]): 'live' | 'ended' | 'unsure' {
  if (marks.some(({ session }) => session)) return 'ended';
  const ends = marks
    .flatMap(({ ofUser }) => [...ofUser])
    .filter(([except]) => except !== shown.sessionId)
    .map(([, at]) => at);
  if (ends.length === 0) return 'live';
  const end = Math.max(...ends);
  if (shown.issuedAt + secondMs + skewMs < end) return 'ended';
  return shown.issuedAt - skewMs > end ? 'live' : 'unsure';
}
