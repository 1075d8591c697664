import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useMatch, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { type Session, siteQuery, useApi } from '../api.tsx';
import { opensConsole } from '../console/screens.ts';
import { BarMenu } from '../parts/bar-menu.tsx';
import { buttonClass } from '../parts/button.tsx';
import { text } from '../text/en.ts';
import { Announcer } from './announcer.tsx';
import { Notices } from './notices.tsx';
import { PaletteButton } from './palette/palette-button.tsx';
import styles from './shell.module.css';
import { Shortcuts } from './shortcuts.tsx';
import { Toasts } from './toasts.tsx';

/** The frame of every page: the bar, the content, and the region that screen readers follow. */
export function Shell() {
  const main = useFocusAfterNavigation();
  const isShared = useMatch({ from: '/s/$token', shouldThrow: false }) !== undefined;
  return (
    <Announcer>
      <Toasts>
        <Shortcuts>
          <a className={styles.skip} href="#main">
            {text.shell.skip}
          </a>
          {isShared ? (
            <SharedBar />
          ) : (
            <>
              <PlatformBar />
              <Notices />
            </>
          )}
          <main className={styles.main} id="main" ref={main} tabIndex={-1}>
            <Outlet />
          </main>
        </Shortcuts>
      </Toasts>
    </Announcer>
  );
}

function PlatformBar() {
  const api = useApi();
  const { data: site } = useQuery(siteQuery(api));
  return (
    <Bar hasSession={Boolean(site?.session)}>
      {site?.session ? <SignedInLinks user={site.session.user} /> : <SignedOutLinks />}
    </Bar>
  );
}

/** The bar above a shared canvas. It does not preload pages, which would request the site. */
function SharedBar() {
  return (
    <Bar hasSession={false}>
      <Link className={buttonClass('primary')} to="/" preload={false}>
        {text.shell.makeYourOwn}
      </Link>
    </Bar>
  );
}

function Bar({ hasSession, children }: { readonly hasSession: boolean; readonly children: ReactNode }) {
  return (
    <header className={styles.bar}>
      <Link
        className={styles.name}
        to={hasSession ? '/canvases' : '/'}
        preload={hasSession && 'intent'}
        aria-label={text.shell.home}
      >
        <Mark />
        <span className={hasSession ? styles.brand : ''}>{text.name}</span>
      </Link>
      <nav className={styles.links} aria-label={text.shell.main}>
        {children}
      </nav>
    </header>
  );
}

function SignedOutLinks() {
  return (
    <Link className={styles.link} to="/signin">
      {text.shell.signIn}
    </Link>
  );
}

function SignedInLinks({ user }: { readonly user: Session['user'] }) {
  return (
    <>
      <BarMenu label={text.shell.menu}>
        <PaletteButton user={user} />
        <Link className={styles.link} to="/canvases">
          {text.shell.canvases}
        </Link>
        {opensConsole(user) && (
          <Link className={styles.link} to="/console">
            {text.shell.console}
          </Link>
        )}
        <Link className={styles.link} to="/account">
          {text.shell.account}
        </Link>
      </BarMenu>
      <Link className={buttonClass('primary')} to="/">
        {text.shell.newCanvas}
      </Link>
    </>
  );
}

/** Moves the focus to the heading of the new page, so that keyboards and screen readers continue there. */
function useFocusAfterNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const previous = useRef<string | undefined>(undefined);
  useEffect(() => {
    const before = previous.current;
    previous.current = path;
    if (before === undefined || before === path || hasOwnFocus(main.current)) return;
    const heading = main.current?.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    (heading ?? main.current)?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

/** Returns true if the new page has focused one of its parts. A link to it in a navigation does not count. */
function hasOwnFocus(page: HTMLElement | null): boolean {
  const active = document.activeElement;
  return Boolean(active && page?.contains(active) && !active.closest('nav'));
}

function Mark() {
  return (
    <svg className={styles.mark} width="20" height="16" viewBox="0 0 20 16" fill="none" aria-hidden="true">
      <rect x="0.75" y="0.75" width="18.5" height="14.5" rx="2.5" stroke="currentColor" strokeWidth="1.5" />
      <path d="M8 1v9h4V1zM1 10h18M10 10v5" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
