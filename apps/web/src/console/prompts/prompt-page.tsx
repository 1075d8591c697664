import { Link, useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import { counted } from '../../text/format.ts';
import { promptsText } from '../../text/prompts.en.ts';
import { Freshness, ReadState } from '../live.tsx';
import { Amount } from '../parts/amount.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { dayAndTimeOf, duration, share } from '../parts/format.ts';
import { nanosOf } from '../parts/money.ts';
import { useOutcome } from '../parts/outcome.tsx';
import { ScreenFrame } from '../parts/screen.tsx';
import { ShowMore } from '../parts/show-more.tsx';
import { LabelHistory } from './label-history.tsx';
import { LabelsTable } from './labels-table.tsx';
import { type Move, MoveLabelDialog } from './move-label-dialog.tsx';
import { isProduction, type Label, useLabels, useVersions, type Version } from './prompt-reads.ts';
import { Proposals } from './proposals.tsx';
import { VersionText } from './version-text.tsx';

const text = promptsText.prompt;

/** One prompt: its versions, where its labels point, what is proposed, and the text of one version. */
export function PromptPage() {
  const { promptKey } = useParams({ from: '/signed-in/console/prompts/$promptKey' });
  const search = useSearch({ from: '/signed-in/console/prompts/$promptKey' });
  const navigate = useNavigate({ from: '/console/prompts/$promptKey' });
  const { permissions } = useRouteContext({ from: '/signed-in' }).session.user;
  const [outcome, showOutcome] = useOutcome();
  const [move, setMove] = useState<Move | undefined>(undefined);
  const versionsRead = useVersions(promptKey);
  const labelsRead = useLabels(promptKey);
  const versions = versionsRead.items;
  const labels = labelsRead.items;
  const shown =
    versions.find(({ version }) => String(version) === search.version) ??
    versions.find(({ status }) => status === 'active') ??
    versions[0];
  const history = labels.find(
    ({ label, environment }) => label === search.label && environment === search.environment,
  );
  return (
    <ScreenFrame
      hasRows
      title={promptKey}
      aside={<Freshness reads={[versionsRead.query, labelsRead.query]} />}
      controls={
        <>
          <Link className={buttonClass('quiet')} to="/console/prompts">
            {text.all}
          </Link>
          {permissions.includes('audit:read') && (
            <Link
              className={buttonClass('quiet')}
              to="/console/audit"
              search={{ kind: 'prompt', target: promptKey }}
            >
              {text.audit}
            </Link>
          )}
          {versions.length > 1 && (
            <Link
              className={buttonClass()}
              to="/console/prompts/$promptKey/compare"
              params={{ promptKey }}
              search={comparisonOf(versions, shown)}
            >
              {text.compare}
            </Link>
          )}
        </>
      }
    >
      {outcome}
      <Proposals
        promptKey={promptKey}
        labels={labels}
        mayApprove={permissions.includes('prompts:activate')}
        onDecided={showOutcome}
      />
      <ReadState read={labelsRead.query} />
      {labelsRead.query.data && (
        <LabelsTable
          labels={labels}
          onMove={(label) => setMove({ label, version: label.version ?? versions[0]?.version ?? 1 })}
          onHistory={({ label, environment }) =>
            void navigate({
              search: (before) =>
                history?.label === label && history.environment === environment
                  ? { ...before, label: undefined, environment: undefined }
                  : { ...before, label, environment },
              replace: true,
            })
          }
          onChanged={showOutcome}
        />
      )}
      {history && <LabelHistory label={history} />}
      <ReadState read={versionsRead.query} />
      {versionsRead.query.data && (
        <DataTable
          caption={text.versions}
          columns={columnsOf({
            labels,
            mayMove: permissions.includes('prompts:activate'),
            onMove: (version) => setMove({ label: labels.find(isProduction), version }),
          })}
          rows={versions}
          keyOf={({ id }) => id}
          empty={text.noVersions}
        />
      )}
      <ShowMore query={versionsRead.query} />
      {shown && <VersionText version={shown} />}
      {move && (
        <MoveLabelDialog
          promptKey={promptKey}
          labels={labels}
          versions={versions}
          move={move}
          onMoved={showOutcome}
          onClose={() => setMove(undefined)}
        />
      )}
    </ScreenFrame>
  );
}

/** The comparison of the version that is shown with the active one, or with the one before it. */
function comparisonOf(versions: readonly Version[], shown: Version | undefined) {
  const to = shown ?? versions[0];
  const active = versions.find(({ status }) => status === 'active');
  const from =
    active && active !== to ? active : versions.find(({ version }) => version < (to?.version ?? 0));
  return { from: String(from?.version ?? 1), to: String(to?.version ?? 1) };
}

function columnsOf({
  labels,
  mayMove,
  onMove,
}: {
  readonly labels: readonly Label[];
  readonly mayMove: boolean;
  readonly onMove: (version: number) => void;
}): readonly Column<Version>[] {
  const figures = promptsText.list;
  const used = (cell: (performance: Version['performance']) => React.ReactNode) => (version: Version) =>
    version.performance.executions === 0 ? '–' : cell(version.performance);
  return [
    {
      id: 'version',
      head: text.version,
      cell: ({ promptKey, version }) => (
        <Link
          to="/console/prompts/$promptKey"
          params={{ promptKey }}
          search={(before: object) => ({ ...before, version: String(version) })}
          hash="version"
        >
          v{version}
        </Link>
      ),
    },
    { id: 'status', head: text.status, cell: ({ status }) => text.statuses[status] },
    {
      id: 'labels',
      head: text.labels,
      cell: ({ version }) =>
        labels
          .filter((label) => label.version === version)
          .map(({ label, environment }) => `${label} (${environment})`)
          .join(', ') || '–',
    },
    { id: 'created', head: text.created, cell: ({ createdAt }) => dayAndTimeOf(createdAt) },
    {
      id: 'note',
      head: text.note,
      cell: ({ metadata }) => metadata.commitMessage || metadata.description || '–',
    },
    {
      id: 'uses',
      head: figures.uses,
      isNumeric: true,
      cell: ({ performance }) => counted(performance.executions),
    },
    {
      id: 'success',
      head: figures.success,
      isNumeric: true,
      cell: used(({ successRate }) => share(successRate, 1)),
    },
    {
      id: 'latency',
      head: figures.latency,
      isNumeric: true,
      cell: used(({ avgLatency }) => duration(avgLatency)),
    },
    {
      id: 'cost',
      head: figures.cost,
      isNumeric: true,
      cell: used(({ avgCost }) => <Amount nanos={nanosOf(avgCost)} />),
    },
    ...(mayMove
      ? [
          {
            id: 'move',
            head: text.actions,
            isNumeric: true,
            cell: ({ version }: Version) => (
              <Button look="link" aria-label={text.moveOf(version)} onClick={() => onMove(version)}>
                {text.move}
              </Button>
            ),
          },
        ]
      : []),
  ];
}
