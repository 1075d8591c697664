/** What one replica tells the others about a breaker. `reset`: an admin has closed all of them. */
export interface BreakerNews {
  /** Who tells it. */
  readonly by: string;
  readonly what: 'opened' | 'closed' | 'reset';
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Undefined for what is not news of this form, as another release may tell it. */
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
