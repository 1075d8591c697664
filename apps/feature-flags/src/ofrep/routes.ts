import { AppError, formatEntityTag, matchesEntityTag } from '@valuecanvas/contracts-core';
import {
  type FlagSnapshot,
  type featureFlagsContract,
  type OfrepBulkEvaluation,
  ofrepEventsPath,
} from '@valuecanvas/contracts-feature-flags';
import { type SnapshotSource, versionOf } from '@valuecanvas/live-snapshot';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { CurrentFlags } from '../evaluation/compose-evaluation.ts';
import type { ChangeStreams } from './change-streams.ts';
import { contextOf, evaluateForOfrep } from './ofrep-evaluation.ts';
import type { StreamTokens } from './stream-tokens.ts';

/** Seconds without activity after which a page may close its stream of changes. */
const inactivityDelaySec = 120;

/** OpenFeature's Remote Evaluation Protocol. */
export const ofrepRoutes = (options: {
  readonly current: CurrentFlags;
  readonly snapshots: Pick<SnapshotSource<FlagSnapshot>, 'refresh'>;
  readonly streams: ChangeStreams;
  readonly tokens: StreamTokens;
}) => {
  const { current, snapshots, streams, tokens } = options;

  /** Returns the flags, at least of the version that an event has named: another replica may have sent the event. */
  const flagsSince = async (version: string | undefined) => {
    const known = await current();
    if (version === undefined || version === known.version) return known;
    await snapshots.refresh();
    return current();
  };

  return {
    async ofrepEvaluate({ principal, params, body }) {
      const { flags } = await current();
      const flag = flags.get(params.key);
      if (!flag) throw new AppError('NOT_FOUND', { message: `The flag "${params.key}" does not exist.` });
      return evaluateForOfrep(flag, contextOf(principal, body.context));
    },

    async ofrepEvaluateAll(call) {
      const context = contextOf(call.principal, call.body.context);
      const { flags } = await flagsSince(call.query.flagConfigEtag);
      const evaluations: OfrepBulkEvaluation = {
        flags: [...flags.values()].map((flag) => evaluateForOfrep(flag, context)),
        eventStreams: [
          {
            type: 'sse',
            endpoint: { requestUri: `${ofrepEventsPath}?token=${tokens.current()}` },
            inactivityDelaySec,
          },
        ],
      };
      const etag = formatEntityTag(versionOf(evaluations));
      return matchesEntityTag(call.header('if-none-match'), etag)
        ? respond(304, undefined, { etag })
        : respond(200, evaluations, { etag });
    },

    ofrepEvents(call) {
      if (!tokens.isValid(call.query.token)) throw new AppError('UNAUTHENTICATED');
      return streams.open(call);
    },
  } satisfies Partial<HandlersOf<typeof featureFlagsContract>>;
};
