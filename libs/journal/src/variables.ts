import Type from 'typebox';

/** The environment of a service that records or drains facts. */
export const journalVariables = {
  JOURNAL_MAX_LENGTH: Type.Integer({
    minimum: 100,
    default: 200_000,
    description:
      'Largest number of facts of one kind that may wait; beyond it, work that must be recorded is refused.',
  }),
};
