import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { ResultOf } from '@valuecanvas/web-client';
import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { ago, dateOf } from '../../text/format.ts';
import { shareText } from '../../text/share.en.ts';
import { SidePanel } from '../canvas/side-panel.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import styles from './share-panel.module.css';

type Share = ResultOf<'listShares'>['items'][number];

const texts = shareText.panel;
const pageSize = 50;

/** Makes links with which anyone can view a canvas, and lists and revokes them. */
export function SharePanel({
  canvasId,
  onClose,
}: {
  readonly canvasId: string;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const router = useRouter();
  const id = useId();
  const makeButton = useRef<HTMLButtonElement>(null);
  const params = { id: canvasId };
  const listed = queryOf(api, 'listShares', { params, query: { limit: pageSize } });
  const { data: shares, error, refetch } = useQuery(listed);
  const [duration, setDuration] = useState(0);
  const [revoking, setRevoking] = useState<Share | undefined>(undefined);

  const make = useMutation({
    async mutationFn() {
      const expiresInDays = texts.durations[duration]?.days;
      return api.call.createShare({ params, body: expiresInDays === undefined ? {} : { expiresInDays } });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: listed.queryKey }),
  });
  const revoke = async (share: Share) => {
    await api.call.deleteShare({ params: { ...params, sid: share.id } });
    if (make.data?.id === share.id) make.reset();
    await queries.invalidateQueries({ queryKey: listed.queryKey });
    announce(texts.revoked);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // A disabled button would lose the focus.
    if (!make.isPending) make.mutate();
  };
  return (
    <SidePanel title={texts.title} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.note}>{texts.about}</p>
        <div className={styles.duration}>
          <label htmlFor={`${id}-duration`}>{texts.duration}</label>
          <select
            id={`${id}-duration`}
            className={styles.field}
            value={duration}
            onChange={({ target }) => setDuration(Number(target.value))}
          >
            {texts.durations.map(({ label }, index) => (
              <option key={label} value={index}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <Button ref={makeButton} look="primary" type="submit" aria-disabled={make.isPending || undefined}>
          {texts.make}
        </Button>
      </form>
      {make.error && <ErrorNotice error={make.error} retry={() => make.mutate()} />}
      {make.data && (
        <NewLink
          key={make.data.id}
          address={
            window.location.origin +
            router.buildLocation({ to: '/s/$token', params: { token: make.data.token } }).href
          }
        />
      )}
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {shares && (
        <section className={styles.links} aria-labelledby={`${id}-links`}>
          <h3 id={`${id}-links`}>{texts.list}</h3>
          {shares.items.length === 0 && <p className={styles.note}>{texts.empty}</p>}
          <ul className={styles.list}>
            {shares.items.map((share) => (
              <li key={share.id} className={styles.link}>
                <ShareFacts share={share} />
                <Button
                  look="link"
                  aria-label={texts.revokeOne(validityOf(share))}
                  onClick={() => setRevoking(share)}
                >
                  {texts.revoke}
                </Button>
              </li>
            ))}
          </ul>
          {shares.nextCursor !== null && <p className={styles.note}>{texts.latest}</p>}
        </section>
      )}
      {revoking && (
        <RevokeDialog
          link={validityOf(revoking)}
          revoke={() => revoke(revoking)}
          onClose={() => setRevoking(undefined)}
          afterwards={makeButton}
        />
      )}
    </SidePanel>
  );
}

/** When a link was made, and until when it works. */
function validityOf({ createdAt, expiresAt }: Share): string {
  return `${texts.made(ago(createdAt))}, ${endOf(expiresAt)}`;
}

function endOf(expiresAt: string | undefined): string {
  if (expiresAt === undefined) return texts.endless;
  const isOver = Date.parse(expiresAt) <= Date.now();
  return isOver ? texts.expired(dateOf(expiresAt)) : texts.expires(dateOf(expiresAt));
}

function ShareFacts({ share }: { readonly share: Share }) {
  const { lastOpenedAt } = share;
  return (
    <p>
      {validityOf(share)}
      <span className={styles.note}>
        {lastOpenedAt === undefined ? texts.neverOpened : texts.opened(ago(lastOpenedAt))}
      </span>
    </p>
  );
}

/** The address of a new link, in a field that selects itself. */
function NewLink({ address }: { readonly address: string }) {
  const announce = useAnnounce();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState('');
  useEffect(() => field.current?.focus(), []);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(address);
      setOutcome(texts.copied);
      announce(texts.copied);
    } catch {
      // Pages without HTTPS have no clipboard, and a browser can refuse it.
      field.current?.focus();
      setOutcome(texts.copyByKeys);
      announce(texts.copyByKeys);
    }
  };
  return (
    <div className={styles.made}>
      <label htmlFor={id}>{texts.link}</label>
      <div className={styles.copy}>
        <input
          id={id}
          ref={field}
          className={styles.field}
          readOnly
          value={address}
          aria-describedby={`${id}-once`}
          onFocus={({ target }) => target.select()}
        />
        <Button onClick={() => void copy()}>{texts.copy}</Button>
      </div>
      <p className={styles.note} id={`${id}-once`}>
        {outcome || texts.once}
      </p>
    </div>
  );
}
