import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { setSession, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { text } from '../../text/en.ts';

/** Returns a function that forgets the session, which has ended, and what was read in it, and opens the start page. */
export function useLeave(): () => Promise<void> {
  const queries = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  return async () => {
    setSession(queries, undefined);
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'getSite' });
    await navigate({ to: '/' });
    await router.invalidate();
  };
}

/** Ends the session of this browser, and returns to the start page. */
export function SignOutButton() {
  const api = useApi();
  const leave = useLeave();
  const signOut = async () => {
    await api.call.closeBrowserSession({});
    await leave();
  };
  return <Button onClick={() => void signOut()}>{text.shell.signOut}</Button>;
}
