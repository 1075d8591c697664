import Type, { type TSchema } from 'typebox';
import { ErrorEnvelope } from './error-envelope.ts';
import type { Dialect } from './route.ts';

const requestId = 'Id of the request, as in the x-request-id header.';

const OpenAiError = Type.Object(
  {
    error: Type.Object(
      {
        message: Type.String({ description: 'What went wrong, and what the caller can do about it.' }),
        type: Type.String({ description: "Kind of failure, in OpenAI's words." }),
        param: Type.Union([Type.String(), Type.Null()], { description: 'The field that is wrong.' }),
        code: Type.String({ description: "OpenAI's code where its clients act on one, ours otherwise." }),
        error_code: Type.String({ description: 'Code from our own catalogue.' }),
        request_id: Type.String({ description: requestId }),
      },
      { additionalProperties: true, description: 'The failure.' },
    ),
  },
  { title: 'OpenAiError', description: 'A failed request, as OpenAI words it.' },
);

const OfrepError = Type.Object(
  {
    key: Type.Optional(Type.String({ description: 'The flag, where one was asked for.' })),
    errorCode: Type.String({ description: 'Code of OpenFeature.' }),
    errorDetails: Type.Optional(Type.String({ description: 'What went wrong.' })),
  },
  { additionalProperties: true, title: 'OfrepError', description: 'A failed request, as OFREP words it.' },
);

const SupabaseError = Type.Object(
  {
    code: Type.Union([Type.Integer(), Type.String()], {
      description:
        'The status; what went wrong, for programs, where the request has x-supabase-api-version 2024-01-01 or later.',
    }),
    error_code: Type.Optional(
      Type.String({ description: 'What went wrong, for programs: before that version.' }),
    ),
    msg: Type.Optional(Type.String({ description: 'What went wrong, for people: before that version.' })),
    message: Type.Optional(
      Type.String({ description: 'What went wrong, for people: from that version on.' }),
    ),
  },
  {
    additionalProperties: true,
    title: 'SupabaseError',
    description: 'A failed request, as Supabase Auth words it.',
  },
);

/** The body of a failure in each dialect. */
export const dialectErrors: Readonly<Record<Dialect, TSchema>> = {
  valuecanvas: ErrorEnvelope,
  openai: OpenAiError,
  ofrep: OfrepError,
  supabase: SupabaseError,
};
