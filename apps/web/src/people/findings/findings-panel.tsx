import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type ResultOf, requestLimits } from '@valuecanvas/web-client';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { useToast } from '../../shell/toasts.tsx';
import { text } from '../../text/en.ts';
import { panelsText } from '../../text/panels.en.ts';
import { AnswerLine } from '../canvas/answer-line.tsx';
import { nameOf, type Section } from '../canvas/blocks.ts';
import type { CanvasDocument } from '../canvas/canvas-document.ts';
import { SidePanel } from '../canvas/side-panel.tsx';
import styles from './findings-panel.module.css';

type Report = ResultOf<'listFindings'>;
type Finding = Report['findings'][number];

const severities = ['high', 'medium', 'low'] as const;

/** Checks the coherence of a canvas, and lists the findings of the latest check with the places that they are about. */
export function FindingsPanel({
  canvasId,
  current,
  canvasDocument,
  onFix,
  onClose,
}: {
  readonly canvasId: string;
  /** Revision of the canvas on the page. */
  readonly current: number;
  readonly canvasDocument: CanvasDocument;
  /** Asks for items of a block that fix a finding, which is given in words. */
  readonly onFix: (section: Section, finding: string) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const checkButton = useRef<HTMLButtonElement>(null);
  const params = { id: canvasId };
  const reported = queryOf(api, 'listFindings', { params, query: {} });
  const { data: report, error, refetch } = useQuery(reported);
  const { dismiss, restore, dismissed } = useDismissals(canvasId);
  const checked = report?.revision;
  const isOld = checked !== undefined && checked < current;

  const check = useMutation({
    async mutationFn({ isAgain }: { readonly isAgain: boolean }) {
      await canvasDocument.saved();
      return api.call.checkCanvas({
        params,
        body: {},
        ...(isAgain && { headers: { 'cache-control': 'no-cache' } }),
      });
    },
    onSuccess({ revision, checkedAt, isComplete, findings }) {
      queries.setQueryData<Report>(reported.queryKey, {
        currentRevision: revision,
        revision,
        checkedAt,
        isComplete,
        findings,
      });
      void queries.invalidateQueries({ queryKey: ['listFindings', { params }] });
      void queries.invalidateQueries({ queryKey: ['getOwnUsage'] });
      announce(panelsText.findings.arrived(findings.length));
    },
  });
  const isChecked = report?.checkedAt !== undefined;
  /** An unchanged canvas gets a new answer only past the cache. */
  const run = () => {
    // A disabled button would lose the focus.
    if (!check.isPending) check.mutate({ isAgain: isChecked && !isOld && report.isComplete });
  };

  return (
    <SidePanel title={panelsText.findings.title} onClose={onClose}>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {report && (
        <div className={styles.check}>
          {!isChecked && <p className={styles.note}>{panelsText.findings.about}</p>}
          {isOld && <p className={styles.old}>{panelsText.findings.isOld(checked)}</p>}
          <Button
            ref={checkButton}
            look={isChecked && !isOld ? 'secondary' : 'primary'}
            aria-disabled={check.isPending || undefined}
            onClick={run}
          >
            {check.isPending
              ? panelsText.findings.checking
              : isChecked
                ? panelsText.findings.again
                : panelsText.findings.check}
          </Button>
        </div>
      )}
      {check.error && <ErrorNotice error={check.error} retry={run} />}
      {isChecked && (
        <div className={styles.report} aria-busy={check.isPending || undefined}>
          {!report.isComplete && (
            <p className={styles.incomplete}>
              {panelsText.findings.incomplete} {check.data?.modelError?.message}
            </p>
          )}
          {report.findings.length === 0 && (
            <p className={styles.note}>
              {report.isComplete ? panelsText.findings.none : panelsText.findings.noneByRules}
            </p>
          )}
          {severities.map((severity) => {
            const findings = report.findings.filter((finding) => finding.severity === severity);
            return (
              findings.length > 0 && (
                <section key={severity} aria-labelledby={`findings-${severity}`} className={styles.group}>
                  <h3 id={`findings-${severity}`} className={styles[severity]}>
                    {panelsText.findings.severities[severity]} ({findings.length})
                  </h3>
                  <ul className={styles.list}>
                    {findings.map((finding) => (
                      <li key={finding.id} className={styles.finding}>
                        <FindingText finding={finding} />
                        <FixButton finding={finding} onFix={onFix} />
                        <Dismissal
                          dismiss={async (reason) => {
                            await dismiss(finding, reason);
                            // The finding and its buttons disappear.
                            checkButton.current?.focus();
                          }}
                        />
                      </li>
                    ))}
                  </ul>
                </section>
              )
            );
          })}
          {check.data?.completion && (
            <AnswerLine key={check.data.completion.executionId} facts={check.data.completion} />
          )}
        </div>
      )}
      {dismissed.length > 0 && (
        <details className={styles.dismissed}>
          <summary>{panelsText.findings.dismissed(dismissed.length)}</summary>
          <ul className={styles.list}>
            {dismissed.map((finding) => (
              <li key={finding.id} className={styles.finding}>
                <p dir="auto">{finding.message}</p>
                <p className={styles.note} dir="auto">
                  {finding.dismissal?.reason}
                </p>
                <Button
                  look="link"
                  onClick={() => restore(finding, { onSuccess: () => checkButton.current?.focus() })}
                >
                  {panelsText.findings.restore}
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </SidePanel>
  );
}

/** The dismissed findings of the latest check, and functions that dismiss a finding or report it again. */
function useDismissals(canvasId: string) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const { data } = useQuery(
    queryOf(api, 'listFindings', { params: { id: canvasId }, query: { dismissed: true } }),
  );
  /** Refreshes both lists: a finding moves from one to the other. */
  const refresh = () =>
    queries.invalidateQueries({ queryKey: ['listFindings', { params: { id: canvasId } }] });
  const restore = useMutation({
    async mutationFn({ id }: Finding) {
      await api.call.restoreFinding({ params: { id: canvasId, fid: id } });
      await refresh();
    },
    onError: (error) => toast({ title: error instanceof ApiError ? error.message : text.errors.unexpected }),
  });
  const dismiss = async (finding: Finding, reason: string) => {
    await api.call.dismissFinding({ params: { id: canvasId, fid: finding.id }, body: { reason } });
    await refresh();
    toast({
      title: panelsText.findings.wasDismissed,
      action: { label: text.canvas.undo, run: () => restore.mutate(finding) },
    });
  };
  return { dismiss, restore: restore.mutate, dismissed: data?.findings ?? [] };
}

/** A finding with buttons that lead to its items, or to its blocks if it is about whole blocks. */
function FindingText({ finding }: { readonly finding: Finding }) {
  const { kind, sections, items, message, suggestion } = finding;
  const withItems = new Set(items.map(({ section }) => section));
  return (
    <>
      <p dir="auto">
        <span className={styles.kind}>{panelsText.findings.kinds[kind]}</span> {message}
      </p>
      <ul className={styles.places}>
        {items.map(({ section, item }) => (
          <li key={`${section} ${item}`}>
            <Button look="link" className={styles.place ?? ''} onClick={() => goTo(section, item)}>
              {panelsText.findings.itemIn(item, nameOf(section))}
            </Button>
          </li>
        ))}
        {sections
          .filter((section) => !withItems.has(section))
          .map((section) => (
            <li key={section}>
              <Button look="link" className={styles.place ?? ''} onClick={() => goTo(section)}>
                {nameOf(section)}
              </Button>
            </li>
          ))}
      </ul>
      {suggestion !== undefined && (
        <p className={styles.suggestion} dir="auto">
          <strong>{panelsText.findings.suggestion}</strong> {suggestion}
        </p>
      )}
    </>
  );
}

/** Asks for suggestions for the block that lacks something, or else for the first block that the finding is about. */
function FixButton({
  finding: { sections, items, message, suggestion = '' },
  onFix,
}: {
  readonly finding: Finding;
  readonly onFix: (section: Section, finding: string) => void;
}) {
  const lacking = sections.find((section) => items.every((item) => item.section !== section));
  const section = lacking ?? sections[0];
  if (!section) return null;
  const words = `${message} ${suggestion}`.trim().slice(0, requestLimits.refineSection.context.maxLength);
  return (
    <Button look="link" onClick={() => onFix(section, words)}>
      {panelsText.findings.fix}
    </Button>
  );
}

/** The button that dismisses a finding, and the field for the reason. */
function Dismissal({ dismiss }: { readonly dismiss: (reason: string) => Promise<void> }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const send = useMutation({ mutationFn: dismiss });
  useEffect(() => {
    if (isOpen) form.current?.querySelector('input')?.focus();
  }, [isOpen]);
  if (!isOpen)
    return (
      <Button ref={opener} look="link" onClick={() => setOpen(true)}>
        {panelsText.findings.dismiss}
      </Button>
    );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!send.isPending && reason.trim() !== '') send.mutate(reason);
  };
  const cancel = () => {
    flushSync(() => setOpen(false));
    opener.current?.focus();
  };
  return (
    <form
      ref={form}
      className={styles.dismissal}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Closes the form, not the panel.
        event.preventDefault();
        cancel();
      }}
    >
      <Field
        label={panelsText.findings.reason}
        maxLength={requestLimits.dismissFinding.reason.maxLength}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      {send.error && <ErrorNotice error={send.error} />}
      <div className={styles.actions}>
        <Button look="primary" type="submit" disabled={send.isPending || reason.trim() === ''}>
          {panelsText.findings.confirm}
        </Button>
        <Button onClick={cancel}>{panelsText.findings.cancel}</Button>
      </div>
    </form>
  );
}

const flashMs = 1_600;

/** Width up to which the panel is a sheet that covers the lower half of the window. */
const sheetWidth = '(max-width: 1023px)';

/** Brings an item into view and gives it the focus, or its block if the item has changed since the check. */
function goTo(section: Section, item?: string): void {
  const block = document.querySelector<HTMLElement>(`[data-block="${section}"]`);
  const items = [...(block?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
  const place = items.find(({ textContent }) => textContent === item) ?? block;
  place?.scrollIntoView({ block: matchMedia(sheetWidth).matches ? 'start' : 'center' });
  place?.focus({ preventScroll: true });
  // A focus that follows a click has no ring of its own.
  place?.animate(
    { boxShadow: ['inset 0 0 0 2px var(--accent)', 'inset 0 0 0 2px transparent'] },
    { duration: flashMs, easing: 'ease-in' },
  );
}
