import { parseArgs } from 'node:util';
import type { Credentials } from './accounts.ts';
import { type ScenarioName, scenarioNames, scenarios } from './scenarios.ts';

export interface Settings {
  readonly scenario: ScenarioName;
  /** Origin of the deployment; absent to start a platform with a simulated provider. */
  readonly url: string | undefined;
  /** Largest number of users, if it differs from the scenario's. */
  readonly users: number | undefined;
  /** Duration of the run, if it differs from the scenario's. */
  readonly seconds: number | undefined;
  /** File with an access token per line. If absent, users sign up. */
  readonly tokensFile: string | undefined;
  readonly admin: Credentials | undefined;
  /** Folder for the picture and the figures. */
  readonly out: string;
}

export const usage = `npm run load -- [<url>] [options]

Without a URL, starts the platform on this machine with a provider that answers after 1 to 3 s, and loads that.

  --scenario <name>    ${scenarioNames.join(', ')}; default load
${scenarioNames.map((name) => `                         ${name}: ${scenarios[name].description}`).join('\n')}
  --users <n>          largest number of users
  --seconds <n>        duration of the whole run
  --tokens <file>      an access token per line, one per user; otherwise users sign up, and are deleted at the end
  --admin-email <e-mail> --admin-password <password>
                       an admin, who gives the new users the tier enterprise
  --out <folder>       for <scenario>.svg and <scenario>.json; default .cache/load`;

/** Parses the command line. Throws an Error that names the fault. */
export function readSettings(args: readonly string[]): Settings {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      scenario: text,
      users: text,
      seconds: text,
      tokens: text,
      'admin-email': text,
      'admin-password': text,
      out: text,
    },
  });
  const [url, ...more] = positionals;
  if (more.length > 0) throw new Error(`There is more than one URL: ${positionals.join(' ')}.`);
  return {
    scenario: scenarioNamed(values.scenario ?? 'load'),
    url: url === undefined ? undefined : originOf(url),
    users: wholeNumber('--users', values.users),
    seconds: wholeNumber('--seconds', values.seconds),
    tokensFile: values.tokens,
    admin: credentials(values['admin-email'], values['admin-password']),
    out: values.out ?? '.cache/load',
  };
}

function scenarioNamed(value: string): ScenarioName {
  const name = scenarioNames.find((each) => each === value);
  if (name === undefined) throw new Error(`--scenario is one of ${scenarioNames.join(', ')}, not ${value}.`);
  return name;
}

function originOf(value: string): string {
  if (!/^https?:/.test(value) || !URL.canParse(value)) throw new Error(`${value} is not a URL.`);
  return new URL(value).origin;
}

function wholeNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${option} must be a whole number above 0, not ${value}.`);
}

function credentials(email: string | undefined, password: string | undefined): Credentials | undefined {
  if (email === undefined && password === undefined) return undefined;
  if (email && password) return { email, password };
  throw new Error('--admin-email and --admin-password need each other.');
}
