import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { requestLimits } from '@valuecanvas/web-client';
import { type KeyboardEvent, type SubmitEvent, Suspense, useEffect, useRef, useState } from 'react';
import { siteQuery, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { shownKey } from '../../shell/keys.ts';
import { PageHeading } from '../../shell/page-heading.tsx';
import { text } from '../../text/en.ts';
import { CanvasSheet } from '../canvas/canvas-sheet.tsx';
import { readPending, startPending } from '../canvas/pending-canvas.ts';
import styles from './describe-page.module.css';
import { sampleBlocks } from './sample-blocks.ts';

const SignInPanel = lazyPart(async () => (await import('../sign-in/sign-in-panel.tsx')).SignInPanel);

const { minLength, maxLength } = requestLimits.generateCanvas.businessDescription;

/** The counter appears when this few characters are left. */
const counterFrom = 500;

/** One sentence, one field, one button. What was typed survives signing in and reloading. */
export function DescribePage() {
  const api = useApi();
  const router = useRouter();
  const navigate = useNavigate();
  const { data: site } = useQuery(siteQuery(api));
  const [draft, setDraft] = useState(readPending);
  const [isTooShort, setTooShort] = useState(false);
  const [needsAccount, setNeedsAccount] = useState(false);
  const description = useRef<HTMLTextAreaElement>(null);

  useEffect(() => description.current?.focus(), []);

  const change = (fields: Partial<typeof draft>) =>
    setDraft((before) => startPending({ ...before, ...fields }));
  const generate = () => navigate({ to: '/new' });
  const submit = (event?: SubmitEvent) => {
    event?.preventDefault();
    const isShort = draft.businessDescription.trim().length < minLength;
    setTooShort(isShort);
    if (isShort) description.current?.focus();
    else if (site?.session) void generate();
    else setNeedsAccount(true);
  };
  const sendByKeys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
  };
  const fill = (businessDescription: string) => {
    change({ businessDescription });
    description.current?.focus();
  };
  const proceed = async () => {
    await router.invalidate();
    await generate();
  };
  const left = maxLength - draft.businessDescription.length;

  return (
    <div className={styles.page}>
      <div className={styles.intro}>
        <PageHeading title={text.describe.title} className={styles.headline}>
          {text.describe.headline}
        </PageHeading>
        <form className={styles.form} onSubmit={submit}>
          <div className={styles.sheet}>
            <label className={styles.label} htmlFor="description">
              {text.describe.label}
            </label>
            <textarea
              id="description"
              ref={description}
              className={styles.description}
              dir="auto"
              placeholder={text.describe.placeholder}
              maxLength={maxLength}
              value={draft.businessDescription}
              aria-invalid={isTooShort || undefined}
              aria-describedby={isTooShort ? 'description-fault' : undefined}
              onChange={({ target }) => change({ businessDescription: target.value })}
              onKeyDown={sendByKeys}
            />
            <div className={styles.foot}>
              <div className={styles.examples}>
                <span id="examples">{text.describe.examplesLabel}</span>
                {text.describe.examples.map(({ name, description: example }) => (
                  <Button key={name} look="link" onClick={() => fill(example)}>
                    {name}
                  </Button>
                ))}
              </div>
              <div className={styles.submit}>
                {left <= counterFrom && <span className={styles.note}>{text.describe.left(left)}</span>}
                <span className={styles.shortcut} aria-hidden="true">
                  {shownKey('Mod+Enter')}
                </span>
                <Button look="primary" type="submit">
                  {text.describe.submit}
                </Button>
              </div>
            </div>
          </div>
          {isTooShort && (
            <p className={styles.fault} id="description-fault" role="alert">
              {text.describe.tooShort}
            </p>
          )}
          <details className={styles.more} open={Boolean(draft.industry || draft.targetMarket) || undefined}>
            <summary>{text.describe.more}</summary>
            <div className={styles.fields}>
              <Field
                label={text.describe.industry}
                value={draft.industry}
                maxLength={requestLimits.generateCanvas.industry.maxLength}
                onChange={({ target }) => change({ industry: target.value })}
              />
              <Field
                label={text.describe.targetMarket}
                value={draft.targetMarket}
                maxLength={requestLimits.generateCanvas.targetMarket.maxLength}
                onChange={({ target }) => change({ targetMarket: target.value })}
              />
            </div>
          </details>
          {site?.simulated && <p className={styles.note}>{text.describe.simulated}</p>}
        </form>
        {needsAccount && (
          <section className={styles.account}>
            <p ref={focusOnArrival} tabIndex={-1}>
              {text.describe.signInFirst}
            </p>
            <Suspense>
              <SignInPanel initialMode="signUp" onSignedIn={() => void proceed()} />
            </Suspense>
          </section>
        )}
      </div>
      {!needsAccount && (
        <section className={styles.sample} aria-labelledby="sample">
          <h2 id="sample">{text.describe.sample}</h2>
          <CanvasSheet blocks={sampleBlocks} headings="h3" />
        </section>
      )}
    </div>
  );
}

/** Moves the focus to an element when it appears, so that keyboards and screen readers continue there. */
function focusOnArrival(element: HTMLElement | null): void {
  element?.focus();
}
