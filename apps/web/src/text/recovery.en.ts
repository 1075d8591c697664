/** All sentences of the pages that set a new password, in English. They load with them. */
export const recoveryText = {
  explain: 'Enter the address of your account. We send you a link that sets a new password.',
  email: 'E-mail',
  send: 'Send the link',
  sent: (email: string) =>
    `If ${email} has an account, a mail with a link is on its way. The link works for one hour.`,
  again: 'Use another address',
  ask: 'This platform sends no mail. Ask an operator for a link that sets a new password.',
  askHow: 'Operators make one with npm run user:reset.',
  back: 'Back to sign-in',
  password: 'New password',
  repeat: 'New password, once more',
  differs: 'The two passwords differ.',
  hint: 'At least 8 characters. All your devices are signed out.',
  save: 'Save the password',
  saved: 'Your new password is saved. All devices are signed out.',
  signIn: 'Sign in',
  invalidTitle: 'This link does not work',
  invalid: 'It was used before, is older than an hour, or is incomplete.',
  another: 'Request a new link',
} as const;
