import type { Mail } from '@valuecanvas/mail';

/** The mail with the link that sets a new password. */
export function resetLinkMail(to: string, url: string): Mail {
  return {
    to,
    subject: 'Set a new password',
    text: `Open this link to set a new password for your ValueCanvas account:

${url}

The link works once, and for one hour. If you did not ask for it, ignore this mail: your password stays as it is.
`,
  };
}

/** The mail that tells a user about a new password. */
export function passwordChangedMail(to: string, forgotUrl: string): Mail {
  return {
    to,
    subject: 'Your password was changed',
    text: `The password of your ValueCanvas account was set with a link, and all devices were signed out.

If this was not you, set another password at ${forgotUrl} at once.
`,
  };
}
