import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../api.tsx';
import { Field } from '../../parts/field.tsx';
import { promptsText } from '../../text/prompts.en.ts';
import { OperateDialog } from '../parts/operate-dialog.tsx';
import type { Reason } from '../parts/operate-dialog-popup.tsx';
import { Select } from '../parts/select.tsx';
import {
  defaultEnvironment,
  isProduction,
  type Label,
  productionLabel,
  useRefreshPrompts,
  type Version,
} from './prompt-reads.ts';

const text = promptsText.move;

/** A label that is about to move, or `production` if it does not exist yet, and the version to start with. */
export interface Move {
  readonly label: Label | undefined;
  readonly version: number;
}

/** Asks where a label shall point. Proposes the move instead if the label is protected. */
export function MoveLabelDialog({
  promptKey,
  labels,
  versions,
  move,
  onMoved,
  onClose,
}: {
  readonly promptKey: string;
  readonly labels: readonly Label[];
  readonly versions: readonly Version[];
  readonly move: Move;
  readonly onMoved: (sentence: string) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const refresh = useRefreshPrompts();
  const [label, setLabel] = useState(move.label?.label ?? productionLabel);
  const [environment, setEnvironment] = useState(move.label?.environment ?? defaultEnvironment);
  const [version, setVersion] = useState(move.version);
  const current = labels.find((one) => one.label === label && one.environment === environment);
  const isProtected = current?.protected ?? false;
  const activates = isProduction({ label, environment });
  const from = current?.version ?? null;
  const perform = async (headers: Reason, reason: string | undefined) => {
    const params = { promptKey, label };
    const body = { version, environment, ...(reason ? { reason } : {}) };
    if (isProtected) await api.call.proposePromptLabelMove({ params, body, ...headers });
    else await api.call.movePromptLabel({ params, body: { ...body, expectedVersion: from }, ...headers });
    await refresh();
    onMoved(isProtected ? text.proposed(label, version) : text.moved(label, version));
  };
  return (
    <OperateDialog
      title={text.title}
      description={isProtected ? text.proposes : activates ? text.activates : text.moves}
      confirm={
        isProtected
          ? text.propose(label, version)
          : activates
            ? text.activate(version)
            : text.confirm(label, version)
      }
      onConfirm={perform}
      onClose={onClose}
    >
      <Field
        label={promptsText.labels.label}
        value={label}
        maxLength={36}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => setLabel(target.value)}
      />
      <Field
        label={promptsText.labels.environment}
        value={environment}
        maxLength={36}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => setEnvironment(target.value)}
      />
      <Select
        label={promptsText.labels.version}
        value={String(version)}
        onChange={({ target }) => setVersion(Number(target.value))}
        options={versions.map((one) => ({
          value: String(one.version),
          name: `v${one.version} · ${promptsText.prompt.statuses[one.status]}`,
        }))}
      />
      {from !== null && from !== version && (
        <Link
          to="/console/prompts/$promptKey/compare"
          params={{ promptKey }}
          search={{ from: String(from), to: String(version) }}
          target="_blank"
        >
          {text.compare(from, version)}
        </Link>
      )}
    </OperateDialog>
  );
}
