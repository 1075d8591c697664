/** All sentences of signing in, in English. They load with its form. */
export const signInText = {
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 8 characters',
  noAccount: 'New here?',
  haveAccount: 'Already have an account?',
  forgot: 'Forgot your password?',
  wrong: 'The e-mail address or password is incorrect.',
  exists: 'This address cannot be used. If you have an account, sign in.',
  confirm: (email: string) => `Open the link that was sent to ${email}, then sign in.`,
  local: 'This is a local platform.',
  continueAs: 'Continue as',
  roles: { user: 'the demo user', operator: 'the operator', admin: 'the admin' } as Readonly<
    Record<string, string>
  >,
  enterprise: 'the enterprise user',
} as const;
