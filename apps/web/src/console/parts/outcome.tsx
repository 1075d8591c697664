import { type ReactNode, useState } from 'react';
import { useAnnounce } from '../../shell/announcer.tsx';
import styles from './outcome.module.css';

/** Shows the outcome of the last change on a screen, and has screen readers say it. Returns the line and its setter. */
export function useOutcome(): [line: ReactNode, show: (sentence: string, undo?: ReactNode) => void] {
  const announce = useAnnounce();
  const [outcome, setOutcome] = useState<{ sentence: string; undo: ReactNode } | undefined>(undefined);
  const show = (sentence: string, undo?: ReactNode) => {
    announce(sentence);
    setOutcome({ sentence, undo });
  };
  const line = outcome && (
    <p className={styles.outcome}>
      {outcome.sentence} {outcome.undo}
    </p>
  );
  return [line, show];
}
