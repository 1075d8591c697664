import type { Keys, Script, ScriptArgument } from '@valuecanvas/redis';
import type { Admission, AdmissionRequest } from './admission-request.ts';
import { type AdmitReply, admitArguments, readAdmitReply } from './admit-command.ts';
import type { CacheLookup, Lookup } from './cache-lookup.ts';
import { counterAt, numberOf } from './counters.ts';
import type { SeedCounter } from './seeding.ts';

export interface AdmitDependencies {
  readonly script: Script;
  /** Arguments shared by all call scripts. */
  readonly shared: (now: number) => readonly ScriptArgument[];
  readonly keys: Keys;
  readonly now: () => number;
  /** Maximum number of facts in the journal. */
  readonly maxFacts: number;
  readonly lookup: CacheLookup;
  readonly seed: SeedCounter;
  /** Seeds a counter in the background. */
  readonly seedLater: (counter: ReturnType<typeof counterAt>) => void;
}

/** Maximum number of script calls: one, plus one for each counter that disappears and each call that finishes meanwhile. */
const mostQuestions = 10;

export function createAdmit(dependencies: AdmitDependencies) {
  const { keys, now, lookup, seed } = dependencies;

  const ask = async (request: AdmissionRequest, time: number, { mode }: Lookup): Promise<AdmitReply> => {
    const how = { keys, now: time, maxFacts: dependencies.maxFacts, cacheMode: mode };
    const args = [...dependencies.shared(time), ...admitArguments(request, how)];
    return readAdmitReply(await dependencies.script(args), request, time);
  };

  /** A counter that is only watched does not delay the call: its later seeding includes costs settled before. */
  const seedWatched = (absent: readonly number[], request: AdmissionRequest, time: number): void => {
    if (absent.length === 0) return;
    const watched = new Set(request.thresholds.map(numberOf));
    for (const number of absent) {
      if (watched.has(number)) dependencies.seedLater(counterAt(number, request.userId, time));
    }
  };

  return async function admit(request: AdmissionRequest): Promise<Admission> {
    let finished = false;
    for (let question = 1; question <= mostQuestions; question += 1) {
      const found = await lookup.before(request, finished);
      const time = now();
      const reply = await ask(request, time, found);
      switch (reply.kind) {
        case 'absent':
          await Promise.all(reply.counters.map((number) => seed(counterAt(number, request.userId, time))));
          break;
        case 'finished':
          finished = true;
          break;
        case 'cached': {
          const answer = reply.found ?? found.answer;
          if (!answer) throw new Error('admit.lua reported a cached answer that was not passed to it.');
          return { kind: 'cached', ...answer };
        }
        case 'admitted':
          seedWatched(reply.absent, request, time);
          return { kind: 'admitted', standings: reply.standings };
        default:
          return reply;
      }
    }
    throw new Error(`Call ${request.callId} could not be admitted: its counters keep disappearing.`);
  };
}
