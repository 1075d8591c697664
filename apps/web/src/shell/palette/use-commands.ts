import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import { queryOf, type Session, useApi } from '../../api.tsx';
import { screensOf } from '../../console/screens.ts';
import { text } from '../../text/en.ts';
import { ago } from '../../text/format.ts';
import { shownKey } from '../keys.ts';
import { useOffered } from '../use-shortcuts.ts';
import { type Command, matches, rank } from './commands.ts';

/** Lines of one group that the palette shows at most, if the platform searches for them. */
const limit = 6;

/** Finds the lines of the palette for some words. Tells if a part of the search still runs, or has failed. */
export function useCommands(sought: string, user: Session['user']) {
  const canvases = useCanvases(sought);
  const users = useUsers(sought, user);
  const changes = useChanges(sought, user);
  const own = [...useActions(), ...useScreens(user)].filter(({ label }) => matches(label, sought));
  const searches = [canvases, users, changes];
  return {
    commands: [...own, ...searches.flatMap(({ commands }) => commands)],
    isSearching: searches.some(({ reads }) => reads.some((read) => read.isFetching)),
    hasFailed: searches.some(({ reads }) => reads.some((read) => read.isError)),
  };
}

interface Found {
  readonly commands: readonly Command[];
  readonly reads: readonly Pick<UseQueryResult, 'isFetching' | 'isError'>[];
}

/** The actions of the current page, which are its shortcuts. A shortcut of many keys, or for a focused element, is none. */
function useActions(): readonly Command[] {
  return useOffered().flatMap(({ keys, on, label, run }) => {
    const [key = '', ...others] = keys;
    const isAction =
      others.length === 0 && on === undefined && !key.includes(' ') && label !== text.shortcuts.palette;
    return isAction
      ? [{ id: `key ${key}`, group: 'actions' as const, label, hint: shownKey(key), run: () => run(key) }]
      : [];
  });
}

function useScreens(user: Session['user']): readonly Command[] {
  const navigate = useNavigate();
  const screens = [
    { label: text.canvases.title, run: () => navigate({ to: '/canvases' }) },
    { label: text.shell.newCanvas, run: () => navigate({ to: '/' }) },
    {
      label: text.canvases.deletedTitle,
      run: () => navigate({ to: '/canvases', search: { deleted: true } }),
    },
    { label: text.shell.account, run: () => navigate({ to: '/account' }) },
    ...screensOf(user).map(({ name, to, key }) => ({
      label: text.consoleScreens[name],
      hint: `g ${key}`,
      run: () => navigate({ to }),
    })),
  ];
  return screens.map(({ run, ...screen }) => ({
    ...screen,
    id: `screen ${screen.label}`,
    group: 'screens',
    run: () => void run(),
  }));
}

/** Canvases that contain the words, those with the words in their title first. Without words, the last ones that were changed. */
function useCanvases(sought: string): Found {
  const api = useApi();
  const navigate = useNavigate();
  const search = sought.trim();
  const read = useQuery({
    ...queryOf(api, 'listCanvases', {
      query: { sort: 'updated', limit: 20, ...(search !== '' && { search }) },
    }),
    placeholderData: keepPreviousData,
  });
  const canvases = (read.data?.items ?? []).map((canvas) => ({ ...canvas, label: titleOf(canvas) }));
  return {
    reads: [read],
    commands: rank(canvases, search)
      .slice(0, limit)
      .map(({ id, label, updatedAt }) => ({
        id: `canvas ${id}`,
        group: 'canvases',
        label,
        hint: text.canvases.changed(ago(updatedAt)),
        run: () => void navigate({ to: '/c/$id', params: { id } }),
      })),
  };
}

/** Users whose address contains the words. */
function useUsers(sought: string, { permissions }: Session['user']): Found {
  const api = useApi();
  const navigate = useNavigate();
  const search = sought.trim();
  const isSought = search !== '' && permissions.includes('users:read');
  const read = useQuery({
    ...queryOf(api, 'listUsers', { query: { search, limit } }),
    enabled: isSought,
    placeholderData: keepPreviousData,
  });
  const users = isSought ? (read.data?.items ?? []) : [];
  return {
    reads: [read],
    commands: users.map(({ id, email, role }) => ({
      id: `user ${id}`,
      group: 'users',
      label: email ?? id,
      hint: role,
      run: () => void navigate({ to: '/console/users/$id', params: { id } }),
    })),
  };
}

/** The changes of flags and prompts whose key or name contains the words, in the audit log. */
function useChanges(sought: string, { permissions }: Session['user']): Found {
  const api = useApi();
  const navigate = useNavigate();
  const isSought = sought.trim() !== '' && permissions.includes('audit:read');
  const query = { limit: 100 };
  const flags = useQuery({
    ...queryOf(api, 'listFlags', { query }),
    enabled: isSought && permissions.includes('flags:read'),
  });
  const prompts = useQuery({
    ...queryOf(api, 'listPromptVersions', { query }),
    enabled: isSought && permissions.includes('prompts:read'),
  });
  const promptKeys = new Set(prompts.data?.items.map(({ promptKey }) => promptKey));
  const targets = [
    ...(flags.data?.items ?? []).map(({ key, name }) => ({ kind: 'flag', target: key, hint: name })),
    ...[...promptKeys].map((target) => ({ kind: 'prompt', target, hint: undefined })),
  ] as const;
  const found = isSought
    ? targets.filter(({ target, hint = '' }) => matches(`${target} ${hint}`, sought))
    : [];
  return {
    reads: [flags, prompts],
    commands: found.slice(0, limit).map(({ kind, target, hint }) => ({
      id: `${kind} ${target}`,
      group: kind === 'flag' ? 'flags' : 'prompts',
      label: target,
      hint,
      run: () => void navigate({ to: '/console/audit', search: { kind, target } }),
    })),
  };
}
