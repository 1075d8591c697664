import { Link, Outlet, useNavigate, useRouteContext, useRouterState } from '@tanstack/react-router';
import { Menu } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { PageHeading } from '../shell/page-heading.tsx';
import page from '../shell/shell.module.css';
import { readShortcuts, writeShortcuts } from '../shell/shortcut-setting.ts';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { consoleText as text } from '../text/console.en.ts';
import { text as pageText } from '../text/en.ts';
import styles from './console-shell.module.css';
import { LiveContext } from './live.tsx';
import { type Screen, screens, screensOf } from './screens.ts';

/** The frame of the console: a rail of the screens that the user may see, which is a menu on narrow screens. */
export function ConsoleShell() {
  const { session } = useRouteContext({ from: '/signed-in' });
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [isPaused, setPaused] = useState(false);
  const permitted = screensOf(session.user);
  const current = screens
    .filter(({ to }) => path === to || path.startsWith(`${to}/`))
    .toSorted((a, b) => b.to.length - a.to.length)[0];
  const isPermitted = current !== undefined && permitted.includes(current);

  if (permitted.length === 0) return <Refused screen={undefined} />;
  return (
    <LiveContext value={{ isPaused, setPaused }}>
      <div className={styles.console}>
        <Rail permitted={permitted} current={current} />
        <div className={styles.screen}>
          {isPermitted || !current ? <Outlet /> : <Refused screen={current} />}
        </div>
      </div>
    </LiveContext>
  );
}

function Rail({
  permitted,
  current,
}: {
  readonly permitted: readonly Screen[];
  readonly current: Screen | undefined;
}) {
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const [hasShortcuts, setShortcuts] = useState(readShortcuts);
  const id = useId();
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = ({ key }: KeyboardEvent) => key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [isOpen]);
  useShortcuts(
    permitted.map(({ name, to, key }) => ({
      keys: [`g ${key}`],
      label: pageText.shortcuts.goTo(pageText.consoleScreens[name]),
      run() {
        setOpen(false);
        void navigate({ to });
      },
    })),
  );
  return (
    <div className={styles.rail}>
      <Button
        look="quiet"
        className={styles.toggle ?? ''}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <Menu size={16} aria-hidden="true" />
        {current ? pageText.consoleScreens[current.name] : text.menu}
      </Button>
      <nav id={id} className={`${styles.nav} ${isOpen ? styles.open : ''}`} aria-label={text.name}>
        <ul>
          {permitted.map(({ name, to, key }) => (
            <li key={name}>
              <Link
                className={styles.link}
                to={to}
                activeOptions={{ exact: to === '/console' }}
                onClick={() => setOpen(false)}
              >
                {pageText.consoleScreens[name]}
                {hasShortcuts && (
                  <span className={styles.key} aria-hidden="true">
                    g {key}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
        <label className={styles.shortcuts}>
          <input
            type="checkbox"
            checked={hasShortcuts}
            aria-describedby={`${id}-hint`}
            onChange={({ target }) => {
              writeShortcuts(target.checked);
              setShortcuts(target.checked);
            }}
          />
          {pageText.shortcuts.setting}
        </label>
        <p className={styles.hint} id={`${id}-hint`}>
          {pageText.shortcuts.settingHint}
        </p>
      </nav>
    </div>
  );
}

/** Says which permission is missing, and where to get it. */
function Refused({ screen }: { readonly screen: Screen | undefined }) {
  return (
    <div className={page.page}>
      <PageHeading title={text.refused.title} />
      <p>{screen?.permission ? text.refused.needs(screen.permission) : text.refused.needsAny}</p>
      <p>{text.refused.ask}</p>
      {screen ? (
        <Link to="/console">{text.refused.back}</Link>
      ) : (
        <Link to="/canvases">{text.refused.canvases}</Link>
      )}
    </div>
  );
}
