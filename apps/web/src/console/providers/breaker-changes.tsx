import { consoleText } from '../../text/console.en.ts';
import { ReadState, useLive, watched } from '../live.tsx';
import { dayAndTimeOf, timeOf } from '../parts/format.ts';
import styles from './breaker-changes.module.css';
import { type BreakerChanges as Changes, openSpans } from './open-spans.ts';

const text = consoleText.providers;

const hourMs = 3_600_000;
/** Changes listed as text. The strip shows all. */
const listed = 20;

/** Changes of circuit breakers in the last hour: a strip for each breaker that changed, and the latest changes as text. */
export function BreakerChanges() {
  const read = useLive('listBreakerChanges', {}, { every: watched });
  const changes = read.data?.changes;
  return (
    <section className={styles.section} aria-labelledby="breaker-changes">
      <h2 id="breaker-changes">{text.changes}</h2>
      <ReadState read={read} />
      {changes?.length === 0 && <p className={styles.note}>{text.noChanges}</p>}
      {changes && changes.length > 0 && (
        <>
          <Strips changes={changes} now={read.dataUpdatedAt} />
          <ul className={styles.list}>
            {changes.slice(0, listed).map(({ at, change, provider, model }) => (
              <li key={`${at} ${provider} ${model}`}>
                <time dateTime={at} title={dayAndTimeOf(at)}>
                  {timeOf(at)}
                </time>{' '}
                {text.changeOf(change, provider, model)}
              </li>
            ))}
          </ul>
          {changes.length > listed && (
            <p className={styles.note}>{text.moreChanges(changes.length - listed)}</p>
          )}
        </>
      )}
    </section>
  );
}

/** One bar for each breaker, from an hour ago until now. The list below says the same to screen readers. */
function Strips({ changes, now }: { readonly changes: Changes; readonly now: number }) {
  const from = now - hourMs;
  const breakers = openSpans(changes, { from, to: now });
  if (breakers.length === 0) return null;
  return (
    <div className={styles.strips} aria-hidden="true">
      {breakers.map(({ provider, model, spans }) => (
        <div key={`${provider} ${model}`} className={styles.breaker}>
          <span>{text.breakerOf(provider, model)}</span>
          <svg
            aria-hidden="true"
            className={styles.strip}
            viewBox={`0 0 ${hourMs} 1`}
            preserveAspectRatio="none"
          >
            {spans.map((span) => (
              // A short span stays visible.
              <rect
                key={span.from}
                x={Math.min(span.from - from, hourMs * 0.99)}
                width={Math.max(span.to - span.from, hourMs * 0.01)}
                height="1"
              />
            ))}
          </svg>
        </div>
      ))}
      <div className={styles.scale}>
        <span>{timeOf(from)}</span>
        <span>{text.notClosedKey}</span>
        <span>{timeOf(now)}</span>
      </div>
    </div>
  );
}
