import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError, requestLimits } from '@valuecanvas/web-client';
import { useActionState, useEffect, useState } from 'react';
import { setSession, siteQuery, useApi } from '../../api.tsx';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import { PageHeading } from '../../shell/page-heading.tsx';
import shell from '../../shell/shell.module.css';
import { text as common } from '../../text/en.ts';
import { recoveryText as text } from '../../text/recovery.en.ts';
import { signInText } from '../../text/sign-in.en.ts';
import styles from './sign-in-panel.module.css';

/** Asks for a link that sets a new password. A platform without mail says who makes one. */
export function ForgotPage() {
  const { data: site } = useQuery(siteQuery(useApi()));
  return (
    <div className={shell.page}>
      <PageHeading title={signInText.forgot} />
      <div className={styles.panel}>
        {site?.passwordResetByMail === true && <AskForLink />}
        {site?.passwordResetByMail === false && (
          <p>
            {text.ask} {text.askHow}
          </p>
        )}
        <Link to="/signin">{text.back}</Link>
      </div>
    </div>
  );
}

/** The address that was sent, or an error. Empty before the first attempt. */
interface Outcome {
  readonly email?: string;
  readonly error?: unknown;
}

function AskForLink() {
  const api = useApi();
  const [{ email, error }, submit, isPending] = useActionState<Outcome, FormData>(async (_before, form) => {
    const address = String(form.get('email') ?? '');
    if (address === '') return {};
    try {
      await api.call.requestPasswordReset({ body: { email: address } });
      return { email: address };
    } catch (cause) {
      return { email: address, error: cause };
    }
  }, {});
  if (email !== undefined && error === undefined) {
    return (
      <form className={styles.form} action={submit}>
        <p role="status">{text.sent(email)}</p>
        <div className={styles.actions}>
          <Button type="submit">{text.again}</Button>
        </div>
      </form>
    );
  }
  return (
    <form className={styles.form} action={submit}>
      <p>{text.explain}</p>
      <Field
        label={text.email}
        name="email"
        type="email"
        autoComplete="username"
        required
        defaultValue={email}
      />
      {error !== undefined && <ErrorNotice error={error} />}
      <div className={styles.actions}>
        <Button look="primary" type="submit" disabled={isPending}>
          {text.send}
        </Button>
      </div>
    </form>
  );
}

type ResetOutcome = 'saved' | 'differs' | 'invalid' | { readonly error: unknown } | undefined;

/** Sets a new password with the token in the fragment of the address. */
export function ResetPage() {
  const api = useApi();
  const queries = useQueryClient();
  const [token] = useState(() => tokenIn(window.location.hash));
  // The token must not stay in the history of the browser.
  useEffect(() => window.history.replaceState(window.history.state, '', window.location.pathname), []);
  const [outcome, submit, isPending] = useActionState<ResetOutcome, FormData>(async (_before, form) => {
    const password = String(form.get('password'));
    if (token === undefined) return 'invalid';
    if (password !== form.get('repeat')) return 'differs';
    try {
      await api.call.resetPassword({ body: { token, password } });
      setSession(queries, undefined);
      return 'saved';
    } catch (error) {
      return isOfToken(error) ? 'invalid' : { error };
    }
  }, undefined);

  if (outcome === 'saved') {
    return (
      <div className={shell.page}>
        <PageHeading title={common.signIn.reset} />
        <p role="status">{text.saved}</p>
        <p>
          <Link className={buttonClass('primary')} to="/signin">
            {text.signIn}
          </Link>
        </p>
      </div>
    );
  }
  if (token === undefined || outcome === 'invalid') {
    return (
      <div className={shell.page}>
        <PageHeading title={text.invalidTitle} />
        <p role="alert">{text.invalid}</p>
        <p>
          <Link className={buttonClass('primary')} to="/forgot">
            {text.another}
          </Link>
        </p>
      </div>
    );
  }
  return (
    <div className={shell.page}>
      <PageHeading title={common.signIn.reset} />
      <form className={`${styles.panel} ${styles.form}`} action={submit}>
        <Field
          label={text.password}
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={requestLimits.resetPassword.password.minLength}
          hint={text.hint}
        />
        <Field
          label={text.repeat}
          name="repeat"
          type="password"
          autoComplete="new-password"
          required
          fault={outcome === 'differs' ? text.differs : undefined}
        />
        {typeof outcome === 'object' && <ErrorNotice error={outcome.error} />}
        <div className={styles.actions}>
          <Button look="primary" type="submit" disabled={isPending}>
            {text.save}
          </Button>
        </div>
      </form>
    </div>
  );
}

/** The fragment is the token. In a link of Supabase it has parameters, with the access token as one of them. */
function tokenIn(hash: string): string | undefined {
  const fragment = hash.replace(/^#/, '');
  const token = fragment.includes('=') ? new URLSearchParams(fragment).get('access_token') : fragment;
  return token || undefined;
}

/** Returns true if the platform refused the token, as used or expired, or as no token at all. */
function isOfToken(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.code === 'UNPROCESSABLE' || error.fieldFaults.some(({ path }) => path === 'token');
}
