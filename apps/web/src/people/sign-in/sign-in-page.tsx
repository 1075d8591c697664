import { useLocation, useRouter, useSearch } from '@tanstack/react-router';
import type { Session } from '../../api.tsx';
import { opensConsole } from '../../console/screens.ts';
import { PageHeading } from '../../shell/page-heading.tsx';
import shell from '../../shell/shell.module.css';
import { text } from '../../text/en.ts';
import { SignInPanel } from './sign-in-panel.tsx';

/**
 * Signs in, or creates an account at /signup, and returns to the page that needed it. Otherwise, operators
 * start at the console and others at their canvases.
 */
export function SignInPage() {
  const router = useRouter();
  const { next } = useSearch({ strict: false });
  const mode = useLocation().pathname === '/signup' ? 'signUp' : 'signIn';
  const proceed = async ({ user }: Session) => {
    await router.invalidate();
    router.history.push(next ?? (opensConsole(user) ? '/console' : '/canvases'));
  };
  return (
    <div className={shell.page}>
      <PageHeading title={text.signIn[mode]} />
      <SignInPanel key={mode} initialMode={mode} onSignedIn={(session) => void proceed(session)} />
    </div>
  );
}
