import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useActionState } from 'react';
import { siteQuery, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Field } from '../../parts/field.tsx';
import shell from '../../shell/shell.module.css';
import { text as common } from '../../text/en.ts';
import { recoveryText as text } from '../../text/recovery.en.ts';
import styles from './sign-in-panel.module.css';

/** Asks for a link that sets a new password. A platform without mail says who makes one. */
export function ForgotPage() {
  const { data: site } = useQuery(siteQuery(useApi()));
  return (
    <div className={shell.page}>
      <h1>{common.signIn.forgot}</h1>
      <div className={styles.panel}>
        {site?.passwordResetByMail === false ? (
          <p>
            {text.ask} {text.askHow}
          </p>
        ) : (
          <AskForLink />
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
