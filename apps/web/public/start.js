// Runs before the first paint. The policy of the page allows no inline script.
{
  const theme = read(localStorage, 'theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

  // In a rolling update, a gateway can lack files of the other build: reload after 1, 3, 9 s.
  addEventListener(
    'error',
    ({ target }) => {
      if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
      const reloads = Number(read(sessionStorage, 'reloads'));
      if (reloads >= 3) return;
      sessionStorage.setItem('reloads', String(reloads + 1));
      // A reload loses keys.
      const isTyping = () => document.activeElement.matches('input, textarea');
      setTimeout(() => isTyping() || location.reload(), 1000 * 3 ** reloads);
    },
    true,
  );

  /** A browser can refuse the access to its storage. */
  function read(storage, key) {
    try {
      return storage.getItem(key);
    } catch {
      return null;
    }
  }
}
