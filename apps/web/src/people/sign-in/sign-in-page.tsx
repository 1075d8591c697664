import { useLocation, useRouter, useSearch } from '@tanstack/react-router';
import shell from '../../shell/shell.module.css';
import { text } from '../../text/en.ts';
import { SignInPanel } from './sign-in-panel.tsx';

/** Signs in, or creates an account at /signup, and returns to the page that needed it. */
export function SignInPage() {
  const router = useRouter();
  const { next } = useSearch({ strict: false });
  const mode = useLocation().pathname === '/signup' ? 'signUp' : 'signIn';
  const proceed = async () => {
    await router.invalidate();
    router.history.push(next ?? '/canvases');
  };
  return (
    <div className={shell.page}>
      <h1>{text.signIn[mode]}</h1>
      <SignInPanel key={mode} initialMode={mode} onSignedIn={() => void proceed()} />
    </div>
  );
}
