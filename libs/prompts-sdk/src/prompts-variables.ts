import Type from 'typebox';

/** Environment variables of services that use prompts. */
export const promptsVariables = {
  PROMPTS_SNAPSHOT_FILE: Type.Optional(
    Type.String({
      description:
        'File that keeps the latest prompts, so that a service starts while the prompt registry is unavailable. Services on one machine may share it. Default none.',
    }),
  ),
};
