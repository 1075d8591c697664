import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import { type Account, closeAccounts, type Means, openAccounts, renewed } from '../src/accounts.ts';
import type { Answer, Request, Send } from '../src/exchange.ts';
import { act, type VirtualUser } from '../src/journey.ts';
import {
  mostUsers,
  type Scenario,
  type ScenarioName,
  scaled,
  scenarios,
  steadySeconds,
  usersAt,
} from '../src/scenarios.ts';

/** Data that k6 passes from the setup to all virtual users. */
interface SetupData {
  readonly accounts: Account[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/**
 * Makes a scenario into what k6 runs. Variables of k6 (`-e NAME=value`): BASE_URL, USERS, SECONDS, TOKENS (a file with an
 * access token per line), ADMIN_EMAIL and ADMIN_PASSWORD.
 */
export function k6Scenario(name: ScenarioName) {
  const { BASE_URL = 'http://127.0.0.1:3000', USERS, SECONDS, TOKENS, ADMIN_EMAIL, ADMIN_PASSWORD } = __ENV;
  const scenario = scaled(scenarios[name], {
    users: USERS === undefined ? undefined : Number(USERS),
    seconds: SECONDS === undefined ? undefined : Number(SECONDS),
  });
  const tokens = TOKENS === undefined ? undefined : linesOf(open(TOKENS));
  const admin = ADMIN_EMAIL && ADMIN_PASSWORD ? { email: ADMIN_EMAIL, password: ADMIN_PASSWORD } : undefined;
  const metrics = {
    cacheHits: new Rate('cache_hits'),
    failures: new Rate('failures'),
    steadyRequests: new Counter('steady_requests'),
  };
  const around = meansFor(BASE_URL, 'around');
  const loaded = meansFor(BASE_URL, 'load');
  /** k6 gives every virtual user its own copy of this module. */
  let user: VirtualUser | undefined;

  return {
    options: optionsFor(scenario),

    async setup(): Promise<SetupData> {
      const count = mostUsers(scenario);
      if (tokens && tokens.length < count) {
        throw new Error(`TOKENS has ${tokens.length} tokens for ${count} users.`);
      }
      const accounts = tokens
        ? tokens.slice(0, count).map((token) => ({ token }))
        : await openAccounts(around, { count, run: Date.now().toString(36), admin });
      return { accounts, startedAt: Date.now() };
    },

    async iterate({ accounts, startedAt }: SetupData): Promise<void> {
      user ??= { account: accountAt(accounts, exec.vu.idInTest - 1), canvasId: undefined };
      user.account = await renewed(around, user.account);
      const { steady } = usersAt(scenario, (Date.now() - startedAt) / 1_000);
      const { cached, succeeded } = await act(user, loaded.send, Math.random);
      metrics.failures.add(!succeeded);
      if (cached !== undefined) metrics.cacheHits.add(cached);
      if (steady) metrics.steadyRequests.add(1);
      const [shortest, longest] = scenario.pauseSeconds;
      sleep(shortest + (longest - shortest) * Math.random());
    },

    async teardown({ accounts }: SetupData): Promise<void> {
      const remaining = await closeAccounts(around, accounts);
      if (remaining > 0) console.warn(`${remaining} accounts (load-…@example.com) could not be deleted.`);
    },
  };
}

function optionsFor(scenario: Scenario): Options {
  const { p95Ms, p99Ms, failures, cacheHits, requestsPerSecond } = scenario.thresholds;
  const steady = steadySeconds(scenario);
  return {
    scenarios: {
      users: {
        executor: 'ramping-vus',
        stages: scenario.stages.map(({ seconds, users }) => ({ duration: `${seconds}s`, target: users })),
        gracefulStop: '100s',
      },
    },
    thresholds: {
      'http_req_duration{phase:load}': [`p(95)<${p95Ms}`, `p(99)<${p99Ms}`],
      'http_req_failed{phase:load}': [`rate<${failures}`],
      failures: [`rate<${failures}`],
      cache_hits: [`rate>${cacheHits}`],
      // k6 divides by the duration of the whole test, sign-ups included: so count instead.
      ...(requestsPerSecond === undefined
        ? {}
        : { steady_requests: [`count>${requestsPerSecond * steady}`] }),
    },
    setupTimeout: '30m',
    teardownTimeout: '10m',
    summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max'],
  };
}

/** `phase`: thresholds count the requests of `load` alone. */
function meansFor(baseUrl: string, phase: 'load' | 'around'): Means {
  return {
    send: senderTo(baseUrl, phase),
    now: Date.now,
    async pause(seconds) {
      sleep(seconds);
    },
    // k6 interrupts a run itself.
    stopped: () => false,
    say: (line) => console.log(line),
  };
}

function senderTo(baseUrl: string, phase: string): Send {
  return async ({ method, path, token, body }: Request): Promise<Answer> => {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await http.asyncRequest(
      method,
      `${baseUrl}${path}`,
      body === undefined ? null : JSON.stringify(body),
      { headers, timeout: '100s', tags: { phase, name: withoutIds(path) } },
    );
    const retryAfter = response.headers['Retry-After'];
    return {
      status: response.status,
      body: typeof response.body === 'string' ? parse(response.body) : undefined,
      durationMs: response.timings.duration,
      retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter),
    };
  };
}

/** k6 keeps figures for each name, so that a name must not contain IDs. */
const withoutIds = (path: string): string => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id');

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function accountAt(accounts: readonly Account[], index: number): Account {
  const account = accounts[index % accounts.length];
  if (!account) throw new Error('There are no accounts.');
  return account;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
