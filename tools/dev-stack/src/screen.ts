import { demoAccounts } from './demo-accounts.ts';

export interface ReadyScreen {
  /** The gateway's origin. */
  readonly url: string;
  readonly seconds: number;
  readonly simulated: boolean;
  readonly demoData: boolean;
  readonly logs: string;
  /** Log file of the router. */
  readonly routerLog: string;
  /** Services that accept a debugger, with their addresses. */
  readonly inspectors: readonly string[];
  /** A sentence for each provider of models that cannot serve. */
  readonly problems: readonly string[];
}

/** Renders the summary that npm start prints once the platform is ready. */
export function readyScreen(ready: ReadyScreen): string {
  const { url, seconds, demoData, logs, inspectors } = ready;
  const debuggers = inspectors.length > 0 ? `Debuggers     ${inspectors.join(', ')}\n` : '';
  return `
ValueCanvas is ready at ${url} (after ${seconds.toFixed(1)} s)${demoData ? '\nOpen it in a browser and sign in with one click.' : '\nOpen it in a browser.'}

${accounts(ready)}

${answers(ready)}

A first canvas without the page:

${firstCanvas(ready)}

API docs      ${url}/api/docs (log in there to send requests)
Check it      npm run smoke -- ${url}
Logs          ${logs}
${debuggers}Stop          Ctrl-C
`;
}

function accounts({ demoData }: ReadyScreen): string {
  if (!demoData) {
    return 'There are no demo accounts, because the database is not on this machine. Create one on the page.';
  }
  const widest = (field: 'email' | 'password') =>
    Math.max(...demoAccounts.map((account) => account[field].length));
  const [emailWidth, passwordWidth] = [widest('email'), widest('password')];
  const lines = demoAccounts.map(
    ({ email, password, what }) =>
      `  ${email.padEnd(emailWidth)}   ${password.padEnd(passwordWidth)}   ${what}`,
  );
  return `Demo accounts, with their passwords:\n${lines.join('\n')}`;
}

function answers({ simulated, problems, routerLog }: ReadyScreen): string {
  if (problems.length > 0)
    return `WARNING: ${problems.join(' ')} Check its settings in the file .env, then restart. The reason is in ${routerLog}.`;
  if (!simulated) return 'Answers come from the configured language models and cost money.';
  return `Answers are SIMULATED: no language model is called. To use real models, put TOGETHER_API_KEY or OPENAI_API_KEY into
the file .env (or OPENAI_BASE_URL and OPENAI_FALLBACK_MODEL, for Ollama or vLLM), then restart.`;
}

/** Renders commands that run unchanged in any shell with curl and sed. */
function firstCanvas({ url, demoData }: ReadyScreen): string {
  const [account] = demoAccounts;
  const credentials = demoData
    ? JSON.stringify({ email: account.email, password: account.password })
    : JSON.stringify({ email: 'you@example.com', password: 'a-password-of-yours' });
  const path = demoData ? 'token?grant_type=password' : 'signup';
  return `  TOKEN=$(curl -s '${url}/auth/v1/${path}' -H 'content-type: application/json' \\
    -d '${credentials}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/api/canvas/generate -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
    -d '{"businessDescription":"A bakery in Lyon that delivers bread by cargo bike"}'`;
}
