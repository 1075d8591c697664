import type { Session } from '../api.tsx';

export type Permission = Session['user']['permissions'][number];

/** The screens of the console in the order of the rail, with the permission that shows each, and its key after `g`. */
export const screens = [
  { name: 'overview', to: '/console', permission: undefined, key: 'o' },
  { name: 'providers', to: '/console/providers', permission: 'llm:operate', key: 'p' },
  { name: 'costs', to: '/console/costs', permission: 'costs:read', key: 'c' },
  { name: 'alerts', to: '/console/alerts', permission: 'costs:read', key: 'a' },
  { name: 'queue', to: '/console/queue', permission: 'jobs:read', key: 'q' },
  { name: 'prompts', to: '/console/prompts', permission: 'prompts:write', key: 't' },
  { name: 'users', to: '/console/users', permission: 'users:read', key: 'u' },
  { name: 'audit', to: '/console/audit', permission: 'audit:read', key: 'l' },
] as const satisfies readonly {
  readonly name: string;
  readonly to: string;
  /** Undefined for the overview, which needs the permission of any other screen. */
  readonly permission: Permission | undefined;
  readonly key: string;
}[];

export type Screen = (typeof screens)[number];

type Held = Pick<Session['user'], 'permissions'>;

/** Screens that a user may see. The overview is one of them if any other is. */
export function screensOf({ permissions }: Held): readonly Screen[] {
  const permitted = screens.filter(({ permission }) => permission && permissions.includes(permission));
  return permitted.length === 0
    ? []
    : screens.filter((screen) => !screen.permission || permitted.includes(screen));
}

export function opensConsole(user: Held): boolean {
  return screensOf(user).length > 0;
}
