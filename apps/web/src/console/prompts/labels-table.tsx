import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { promptsText } from '../../text/prompts.en.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf } from '../parts/format.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import { isProduction, type Label, useRefreshPrompts } from './prompt-reads.ts';
import styles from './prompts.module.css';

const text = promptsText.labels;

type Change = { readonly kind: 'remove' | 'protection'; readonly label: Label };

/** The labels of a prompt with their versions, and what an operator may do with them. */
export function LabelsTable({
  labels,
  onMove,
  onHistory,
  onChanged,
}: {
  readonly labels: readonly Label[];
  readonly onMove: (label: Label) => void;
  readonly onHistory: (label: Label) => void;
  readonly onChanged: (sentence: string) => void;
}) {
  const { permissions } = useRouteContext({ from: '/signed-in' }).session.user;
  const [change, setChange] = useState<Change | undefined>(undefined);
  const mayMove = permissions.includes('prompts:activate');
  const mayProtect = permissions.includes('prompts:protect');
  const columns: readonly Column<Label>[] = [
    { id: 'label', head: text.label, cell: ({ label }) => label },
    { id: 'environment', head: text.environment, cell: ({ environment }) => environment },
    {
      id: 'version',
      head: text.version,
      cell: ({ version }) => (version === null ? text.noVersion : `v${version}`),
    },
    {
      id: 'protected',
      head: text.protected,
      cell: ({ protected: isProtected }) => (isProtected ? text.yes : text.no),
    },
    {
      id: 'moved',
      head: text.moved,
      cell: ({ movedAt }) => <time dateTime={movedAt}>{dayAndTimeOf(movedAt)}</time>,
    },
    {
      id: 'actions',
      head: text.actions,
      isNumeric: true,
      cell: (label) => (
        <span className={styles.actions}>
          <Button look="link" aria-label={text.historyOf(label.label)} onClick={() => onHistory(label)}>
            {text.history}
          </Button>
          {mayMove && (
            <Button look="link" aria-label={text.moveOf(label.label)} onClick={() => onMove(label)}>
              {text.move}
            </Button>
          )}
          {mayMove && !label.protected && !isProduction(label) && label.version !== null && (
            <Button
              look="link"
              aria-label={text.removeOf(label.label)}
              onClick={() => setChange({ kind: 'remove', label })}
            >
              {text.remove}
            </Button>
          )}
          {mayProtect && (
            <Button
              look="link"
              aria-label={label.protected ? text.unprotectOf(label.label) : text.protectOf(label.label)}
              onClick={() => setChange({ kind: 'protection', label })}
            >
              {label.protected ? text.unprotect : text.protect}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <DataTable
        caption={text.title}
        columns={columns}
        rows={labels}
        keyOf={({ label, environment }) => `${environment} ${label}`}
        empty={text.empty}
      />
      {change && <ChangeDialog change={change} onChanged={onChanged} onClose={() => setChange(undefined)} />}
    </>
  );
}

function ChangeDialog({
  change: { kind, label },
  onChanged,
  onClose,
}: {
  readonly change: Change;
  readonly onChanged: (sentence: string) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const refresh = useRefreshPrompts();
  const { promptKey, label: name, environment } = label;
  const params = { promptKey, label: name };
  const remove = async (reason: Reason) => {
    await api.call.removePromptLabel({ params, query: { environment }, ...reason });
    await refresh();
    onChanged(promptsText.remove.done(name));
  };
  const protect = async (reason: Reason) => {
    const body = { protected: !label.protected, environment };
    await api.call.protectPromptLabel({ params, body, ...reason });
    await refresh();
    onChanged(promptsText.protection.done(name, !label.protected));
  };
  if (kind === 'remove') {
    const { title, text: description, confirm } = promptsText.remove;
    return (
      <OperateDialog
        title={title(name)}
        description={description}
        confirm={confirm}
        look="danger"
        onConfirm={remove}
        onClose={onClose}
      />
    );
  }
  const texts = promptsText.protection;
  return (
    <OperateDialog
      title={label.protected ? texts.unprotect(name) : texts.protect(name)}
      description={label.protected ? texts.unprotectText : texts.protectText}
      confirm={label.protected ? texts.undo : texts.confirm}
      look={label.protected ? 'danger' : 'primary'}
      onConfirm={protect}
      onClose={onClose}
    />
  );
}
