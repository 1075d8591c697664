import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError, requestLimits } from '@valuecanvas/web-client';
import { useActionState, useState } from 'react';
import { type Session, setSession, siteQuery, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import { text } from '../../text/en.ts';
import { signInText } from '../../text/sign-in.en.ts';
import styles from './sign-in-panel.module.css';

type Mode = 'signIn' | 'signUp';

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Result of an attempt to sign in. Empty before the first one. */
interface Outcome {
  readonly email?: string;
  readonly error?: Error;
  readonly confirmationNeeded?: boolean;
}

/**
 * Signs in or creates an account, on any page. Calls `onSignedIn` once the session is in the cache. A local platform offers
 * its demo accounts.
 */
export function SignInPanel({
  initialMode,
  onSignedIn,
}: {
  readonly initialMode: Mode;
  readonly onSignedIn: (session: Session) => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const { data: site } = useQuery(siteQuery(api));
  const [mode, setMode] = useState(initialMode);

  const accept = (session: Session) => {
    setSession(queries, session);
    onSignedIn(session);
  };
  const attempt = async (mode: Mode, body: Credentials): Promise<Outcome> => {
    try {
      if (mode === 'signIn') accept(await api.call.openBrowserSession({ body }));
      else {
        const { session } = await api.call.signUpBrowser({ body });
        if (!session) return { email: body.email, confirmationNeeded: true };
        accept(session);
      }
      return {};
    } catch (error) {
      return { email: body.email, error: error as Error };
    }
  };
  const [outcome, submit, isPending] = useActionState<Outcome, FormData>(
    (_before, form) =>
      attempt(mode, { email: String(form.get('email')), password: String(form.get('password')) }),
    {},
  );

  return (
    <div className={styles.panel}>
      <form className={styles.form} action={submit}>
        <Field
          label={signInText.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          defaultValue={outcome.email}
          fault={faultOf(outcome, 'email')}
        />
        <Field
          label={signInText.password}
          name="password"
          type="password"
          autoComplete={mode === 'signIn' ? 'current-password' : 'new-password'}
          required
          minLength={mode === 'signUp' ? requestLimits.signUpBrowser.password.minLength : undefined}
          hint={mode === 'signUp' ? signInText.passwordHint : undefined}
          fault={faultOf(outcome, 'password')}
        />
        <Problem outcome={outcome} mode={mode} />
        {mode === 'signIn' && (
          <Link className={styles.forgot} to="/forgot" reloadDocument>
            {signInText.forgot}
          </Link>
        )}
        <div className={styles.actions}>
          <Button look="primary" type="submit" disabled={isPending}>
            {text.signIn[mode]}
          </Button>
          <span className={styles.switch}>
            {mode === 'signIn' ? signInText.noAccount : signInText.haveAccount}{' '}
            <Button look="link" onClick={() => setMode(mode === 'signIn' ? 'signUp' : 'signIn')}>
              {mode === 'signIn' ? text.signIn.signUp : text.signIn.signIn}
            </Button>
          </span>
        </div>
      </form>
      {site?.demoAccounts && (
        <DemoAccounts accounts={site.demoAccounts} signIn={(body) => attempt('signIn', body)} />
      )}
    </div>
  );
}

function faultOf({ error }: Outcome, field: string): string | undefined {
  return error instanceof ApiError
    ? error.fieldFaults.find(({ path }) => path === field)?.message
    : undefined;
}

function Problem({
  outcome: { email, error, confirmationNeeded },
  mode,
}: {
  readonly outcome: Outcome;
  readonly mode: Mode;
}) {
  if (confirmationNeeded) return <p role="status">{signInText.confirm(email ?? '')}</p>;
  if (!error) return null;
  const code = error instanceof ApiError ? error.code : undefined;
  if (code === 'UNAUTHENTICATED' && mode === 'signIn') return <p role="alert">{signInText.wrong}</p>;
  if (code === 'UNPROCESSABLE' && mode === 'signUp') return <p role="alert">{signInText.exists}</p>;
  return <ErrorNotice error={error} />;
}

type DemoAccount = Credentials & { readonly role: string; readonly tier: string };

/** One button for each account of a local platform. */
function DemoAccounts({
  accounts,
  signIn,
}: {
  readonly accounts: readonly DemoAccount[];
  readonly signIn: (credentials: Credentials) => Promise<Outcome>;
}) {
  const [outcome, setOutcome] = useState<Outcome>({});
  return (
    <div className={styles.local}>
      {signInText.local} {signInText.continueAs}
      <div className={styles.accounts}>
        {accounts.map(({ email, password, role, tier }) => (
          <Button key={email} onClick={() => void signIn({ email, password }).then(setOutcome)}>
            {nameOf(role, tier)}
          </Button>
        ))}
      </div>
      {outcome.error && <ErrorNotice error={outcome.error} />}
    </div>
  );
}

function nameOf(role: string, tier: string): string {
  if (role === 'user' && tier === 'enterprise') return signInText.enterprise;
  return signInText.roles[role] ?? role;
}
