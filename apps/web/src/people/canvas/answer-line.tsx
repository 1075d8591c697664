import { ApiError } from '@valuecanvas/web-client';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api.tsx';
import { dollars } from '../../text/format.ts';
import { panelsText } from '../../text/panels.en.ts';
import type { AnswerFacts } from './answer.ts';
import styles from './answer-line.module.css';

/** The platform knows an execution a moment after its answer. */
const repeatMs = 1_500;

/** Names model, time and cost of an answer, and asks whether it is good. */
export function AnswerLine({ facts }: { readonly facts: AnswerFacts }) {
  const api = useApi();
  const [rating, setRating] = useState<1 | 5 | undefined>(undefined);
  const { executionId, model, cost, latency, cached } = facts;
  const rate = async (chosen: 1 | 5) => {
    const before = rating;
    setRating(chosen);
    const send = () => api.call.rateExecution({ params: { id: executionId }, body: { rating: chosen } });
    try {
      await send().catch(async (error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== 'NOT_FOUND') throw error;
        await new Promise((resolve) => setTimeout(resolve, repeatMs));
        await send();
      });
    } catch {
      setRating(before);
    }
  };
  const price = cached ? panelsText.answer.cached : dollars(cost);
  return (
    <p className={styles.line}>
      <span>{[panelsText.answer.seconds(latency / 1_000), price, model].join(' · ')}</span>
      <span className={styles.thumbs}>
        <button
          type="button"
          aria-label={panelsText.answer.good}
          aria-pressed={rating === 5}
          onClick={() => void rate(5)}
        >
          <ThumbsUp size={14} aria-hidden="true" />
        </button>
        <button
          type="button"
          aria-label={panelsText.answer.bad}
          aria-pressed={rating === 1}
          onClick={() => void rate(1)}
        >
          <ThumbsDown size={14} aria-hidden="true" />
        </button>
      </span>
    </p>
  );
}
