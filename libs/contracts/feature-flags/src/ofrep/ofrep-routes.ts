import { anyone, defineRoute, empty, permission, raw } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { OfrepError, ofrep } from './ofrep-dialect.ts';

const OfrepContext = Type.Object(
  {
    targetingKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_000,
        description:
          'Subject of the evaluation, which selects buckets and variants. Defaults to the signed-in user. Required with an API key.',
      }),
    ),
  },
  {
    additionalProperties: true,
    title: 'OfrepContext',
    description:
      'Attributes to which targeting refers. The tier and role of a signed-in user are known and cannot be replaced.',
  },
);
export type OfrepContext = Static<typeof OfrepContext>;

const OfrepRequest = Type.Object(
  { context: Type.Optional(OfrepContext) },
  { additionalProperties: true, title: 'OfrepRequest', description: 'Context of an evaluation.' },
);

export const OfrepEvaluation = Type.Object(
  {
    key: Type.String({ description: 'Key of the flag.' }),
    reason: Type.Enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'DEFAULT'], {
      description: 'Reason of the evaluation, as defined by OpenFeature.',
    }),
    variant: Type.Optional(Type.String({ description: 'Name of the variant, if there is one.' })),
    value: Type.Optional(
      Type.Unknown({
        description: 'Value of the flag. Without one, the client uses the default of the code.',
      }),
    ),
    metadata: Type.Object(
      { version: Type.Integer({ description: 'Number of changes to the flag.' }) },
      { description: 'Facts about the flag.' },
    ),
  },
  { title: 'OfrepEvaluation', description: 'Value of a flag in the OFREP format.' },
);
export type OfrepEvaluation = Static<typeof OfrepEvaluation>;

const OfrepEventStream = Type.Object(
  {
    type: Type.Literal('sse', { description: 'Server-sent events.' }),
    endpoint: Type.Object(
      {
        requestUri: Type.String({
          description: 'Path and query, at the origin of this API. It is a secret.',
        }),
      },
      { description: 'Address of the stream.' },
    ),
    inactivityDelaySec: Type.Integer({
      description: 'Seconds without activity after which a client may close the stream.',
    }),
  },
  { description: 'Stream that tells when to evaluate again.' },
);

export const OfrepBulkEvaluation = Type.Object(
  {
    flags: Type.Array(Type.Union([OfrepEvaluation, OfrepError]), {
      description: 'All flags, each with its value or error, ordered by key.',
    }),
    eventStreams: Type.Array(OfrepEventStream, { description: 'Streams of changes.' }),
  },
  { title: 'OfrepBulkEvaluation', description: 'Values of all flags in the OFREP format.' },
);
export type OfrepBulkEvaluation = Static<typeof OfrepBulkEvaluation>;

/** Path of the stream of changes. */
export const ofrepEventsPath = '/ofrep/v1/events';

export const ofrepEvaluate = defineRoute({
  id: 'ofrep.evaluate',
  method: 'POST',
  path: '/ofrep/v1/evaluate/flags/:key*',
  summary: 'Evaluate a flag with OFREP',
  description: 'Evaluates one flag for a context, as OpenFeature’s providers for servers do.',
  auth: permission('flags:evaluate'),
  dialect: ofrep,
  params: Type.Object({
    key: Type.String({ maxLength: 1_000, description: 'Key of the flag.', examples: ['new_canvas_ui'] }),
  }),
  body: OfrepRequest,
  example: { context: { targetingKey: 'user-1', plan: 'gold' } },
  reply: raw(OfrepEvaluation),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const ofrepEvaluateAll = defineRoute({
  id: 'ofrep.evaluateAll',
  method: 'POST',
  path: '/ofrep/v1/evaluate/flags',
  summary: 'Evaluate all flags with OFREP',
  description:
    'Evaluates all flags for a context, as OpenFeature’s providers for browsers do. Answers 304 if if-none-match names the current values.',
  auth: permission('flags:evaluate'),
  dialect: ofrep,
  query: Type.Object({
    flagConfigEtag: Type.Optional(
      Type.String({ maxLength: 200, description: 'Version of the flags that an event has named.' }),
    ),
  }),
  body: OfrepRequest,
  example: { context: { targetingKey: 'user-1', plan: 'gold' } },
  requestHeaders: {
    'if-none-match': Type.String({ description: 'Entity tag of the values that the client has.' }),
  },
  responseHeaders: { etag: Type.String({ description: 'Entity tag of the values.' }) },
  reply: raw(OfrepBulkEvaluation),
  otherReplies: { 304: empty },
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const OfrepChange = Type.Object(
  {
    type: Type.Literal('refetchEvaluation', { description: 'Asks the client to evaluate again.' }),
    etag: Type.String({ description: 'Version of the flags, to send as flagConfigEtag.' }),
  },
  { title: 'OfrepChange', description: 'Notice of a change, without any value.' },
);
export type OfrepChange = Static<typeof OfrepChange>;

/** Longest life of a stream in milliseconds. Clients then connect again. */
const ofrepStreamMs = 60 * 60_000;

export const ofrepEvents = defineRoute({
  id: 'ofrep.events',
  method: 'GET',
  path: ofrepEventsPath,
  summary: 'Stream changes of flags',
  description:
    'Streams a message after each change of a flag. A client whose last-event-id is outdated gets a message at once. The address comes from an evaluation of all flags.',
  auth: anyone,
  dialect: ofrep,
  query: Type.Object({
    token: Type.String({
      maxLength: 200,
      description: 'Token of the address, which expires after a day or two.',
    }),
  }),
  requestHeaders: {
    'last-event-id': Type.String({ description: 'Id of the last message that the client has received.' }),
  },
  chunks: OfrepChange,
  streamMaxMs: ofrepStreamMs,
  reply: raw(OfrepChange, 'text/event-stream'),
  errors: ['OVERLOADED', 'DEPENDENCY_UNAVAILABLE'],
});
