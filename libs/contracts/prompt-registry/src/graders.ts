import { strictObject, taggedUnion } from '@valuecanvas/contracts-core';
import { modelName } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';

/** Maximum lengths of what a grader compares with, in UTF-16 code units. */
const maxPatternLength = 1_000;
const maxTextLength = 20_000;

const common = {
  name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Name of the grader. Defaults to its type.' }),
  ),
  weight: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1_000,
      description:
        'Weight in the score of a case. Defaults to 1. With 0 the grader only decides whether a case passes.',
    }),
  ),
  threshold: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Minimum score with which an answer passes. Defaults to 1, and to 0.7 for a judge.',
    }),
  ),
  critical: Type.Optional(
    Type.Boolean({ description: 'True if no gate passes while an answer fails this grader.' }),
  ),
};

const kind = <const K extends string>(name: K, description: string) => Type.Literal(name, { description });

const ExactGrader = strictObject(
  {
    type: kind('exact', 'Compares the answer with a text, both without white space at their ends.'),
    value: Type.Optional(
      Type.String({ maxLength: maxTextLength, description: 'The text. Defaults to `expected` of the case.' }),
    ),
    ignoreCase: Type.Optional(Type.Boolean({ description: 'True to ignore upper and lower case.' })),
    ...common,
  },
  { title: 'ExactGrader', description: 'Scores 1 for exactly the expected text, else 0.' },
);

const ContainsGrader = strictObject(
  {
    type: kind('contains', 'Looks for texts in the answer.'),
    values: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: maxTextLength }), {
        minItems: 1,
        maxItems: 100,
        description: 'The texts. Defaults to `expected` of the case.',
      }),
    ),
    ignoreCase: Type.Optional(Type.Boolean({ description: 'True to ignore upper and lower case.' })),
    not: Type.Optional(Type.Boolean({ description: 'True if the answer must contain none of the texts.' })),
    ...common,
  },
  {
    title: 'ContainsGrader',
    description: 'Scores the share of the texts that the answer contains, or with `not` that it lacks.',
  },
);

const RegexGrader = strictObject(
  {
    type: kind('regex', 'Searches the answer for a pattern.'),
    pattern: Type.String({
      minLength: 1,
      maxLength: maxPatternLength,
      description: 'Pattern in the syntax of RE2, which has neither backreferences nor lookarounds.',
    }),
    ignoreCase: Type.Optional(Type.Boolean({ description: 'True to ignore upper and lower case.' })),
    not: Type.Optional(Type.Boolean({ description: 'True if the answer must not match.' })),
    ...common,
  },
  {
    title: 'RegexGrader',
    description: 'Scores 1 if the pattern occurs in the answer, else 0. Takes linear time.',
  },
);

const JsonSchemaGrader = strictObject(
  {
    type: kind('json_schema', 'Checks the answer, which must be JSON, with a schema.'),
    schema: Type.Record(Type.String(), Type.Unknown(), {
      description: 'JSON Schema, without $ref, pattern and format.',
    }),
    ...common,
  },
  {
    title: 'JsonSchemaGrader',
    description: 'Scores 1 if the answer is JSON that matches the schema, else 0.',
  },
);

const ExpressionGrader = strictObject(
  {
    type: kind('expression', 'Computes a score from the answer.'),
    expression: Type.String({
      minLength: 1,
      maxLength: maxPatternLength,
      description:
        'Expression over `answer`, `expected`, `json` (the answer as JSON, or null), `variables`, `latency` in milliseconds and `cost` in dollars. A number is the score, limited to 0 to 1; true is 1 and false is 0.',
      examples: ['length(json.items) >= 3 && !contains(lower(answer), "as an ai")'],
    }),
    ...common,
  },
  {
    title: 'ExpressionGrader',
    description:
      'Scores the value of an expression with operators, properties and the functions length, lower, upper, trim, words, contains, startsWith, endsWith, min, max, abs and round.',
  },
);

const JudgeGrader = strictObject(
  {
    type: kind('judge', 'Lets a model score the answer.'),
    rubric: Type.String({
      minLength: 1,
      maxLength: maxTextLength,
      description: 'What a good answer is like, and how to score it.',
    }),
    model: Type.Optional(modelName('Model that judges. Defaults to the default model of the platform.')),
    ...common,
  },
  {
    title: 'JudgeGrader',
    description: 'Scores 0 to 1 as a model judges by a rubric. The platform pays for the judge.',
  },
);

export const Grader = taggedUnion(
  'type',
  [ExactGrader, ContainsGrader, RegexGrader, JsonSchemaGrader, ExpressionGrader, JudgeGrader],
  { title: 'Grader', description: 'Scores an answer from 0 to 1.' },
);
export type Grader = Static<typeof Grader>;

export const Grade = Type.Object(
  {
    grader: Type.String({ description: 'Name of the grader.' }),
    type: Type.String({ description: 'Type of the grader.' }),
    score: Type.Number({ minimum: 0, maximum: 1, description: 'Score of the answer.' }),
    passed: Type.Boolean({ description: 'True if the score reaches the threshold of the grader.' }),
    critical: Type.Boolean({ description: 'True if the grader is critical.' }),
    reason: Type.Optional(Type.String({ description: 'Reason for the score.' })),
  },
  { title: 'Grade', description: 'Score of an answer by one grader.' },
);
export type Grade = Static<typeof Grade>;
