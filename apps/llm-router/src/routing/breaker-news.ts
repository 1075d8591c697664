/** A breaker change published to other replicas. `reset`: an operator has closed all breakers. */
export interface BreakerNews {
  /** Id of the publishing replica. */
  readonly by: string;
  readonly what: 'opened' | 'closed' | 'reset';
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Parses a message. Returns undefined for other forms, which another release may publish. */
export function parseNews(text: string): BreakerNews | undefined {
  try {
    const news = JSON.parse(text) as Partial<Record<keyof BreakerNews, unknown>> | null;
    return news && isNews(news) ? news : undefined;
  } catch {
    return undefined;
  }
}

function isNews(value: Partial<Record<keyof BreakerNews, unknown>>): value is BreakerNews {
  const { by, what, provider, model, at } = value;
  const areTexts = [by, provider, model].every((text) => typeof text === 'string');
  return areTexts && Number.isFinite(at) && (what === 'opened' || what === 'closed' || what === 'reset');
}
