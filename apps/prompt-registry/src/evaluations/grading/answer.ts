/** An answer to grade, with what graders may refer to. */
export interface GradedAnswer {
  readonly text: string;
  readonly expected: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly latencyMs: number;
  /** US dollars. */
  readonly cost: number;
}

/** Score of an answer from 0 to 1, with the reason if it is not obvious. */
export interface Score {
  readonly score: number;
  readonly reason?: string;
}

const fence = '```';

/** Parses an answer that is JSON, also inside a fence of Markdown. Returns undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(withoutFence(text.trim()));
  } catch {
    return undefined;
  }
}

function withoutFence(text: string): string {
  const start = text.indexOf('\n');
  if (!text.startsWith(fence) || !text.endsWith(fence) || start < 0) return text;
  return text.slice(start, -fence.length);
}
