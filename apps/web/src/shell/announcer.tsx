import { createContext, type ReactNode, use, useCallback, useState } from 'react';
import visually from '../parts/visually-hidden.module.css';

const AnnounceContext = createContext<(sentence: string) => void>(() => undefined);

/** Returns a function that has screen readers say a sentence when they have finished the current one. */
export function useAnnounce(): (sentence: string) => void {
  return use(AnnounceContext);
}

/** The one polite live region of the page. */
export function Announcer({ children }: { readonly children: ReactNode }) {
  const [sentence, setSentence] = useState('');
  const announce = useCallback((next: string) => setSentence(next), []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <p className={visually.hidden} role="status" aria-live="polite">
        {sentence}
      </p>
    </AnnounceContext>
  );
}
