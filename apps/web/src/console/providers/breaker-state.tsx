import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react';
import { consoleText as text } from '../../text/console.en.ts';
import styles from './providers-page.module.css';
import type { ProviderRow } from './replicas.ts';

const icons = { closed: CircleCheck, 'half-open': CircleDashed, open: CircleAlert } as const;

/** State of a circuit breaker as icon and word. Only a state that needs attention has a colour. */
export function BreakerState({ state }: { readonly state: ProviderRow['state'] }) {
  const Icon = icons[state];
  return (
    <span className={`${styles.state} ${styles[state]}`} title={text.providers.stateHints[state]}>
      <Icon size={16} aria-hidden="true" />
      {text.providers.states[state]}
    </span>
  );
}
