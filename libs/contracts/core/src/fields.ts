import Type from 'typebox';

/** Field schemas shared by all contracts. */

export const uuid = (description: string, example?: string) =>
  Type.String({ format: 'uuid', description, ...(example === undefined ? {} : { examples: [example] }) });

export const timestamp = (description: string) => Type.String({ format: 'date-time', description });

/** US dollars as a number with up to nine decimals. */
export const dollars = (description: string) => Type.Number({ minimum: 0, description });

/** Nano-dollars as an integer, exact up to 2^53 (9 million dollars). Services calculate with these only. */
export const nanoDollars = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

export const milliseconds = (description: string) => Type.Number({ minimum: 0, description });

export const count = (description: string) => Type.Integer({ minimum: 0, description });

/** Number that counts from 1 and is stored in a PostgreSQL integer. */
export const ordinal = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 2_147_483_647, description });
