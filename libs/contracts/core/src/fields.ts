import Type from 'typebox';

/** Field schemas that mean the same in every contract. */

export const uuid = (description: string) => Type.String({ format: 'uuid', description });

export const timestamp = (description: string) => Type.String({ format: 'date-time', description });

/** US dollars as a number; may need nine decimals. */
export const dollars = (description: string) => Type.Number({ minimum: 0, description });

/** The same amount as dollars, as an integer: exact up to 2^53, 9 million dollars. Services reckon with this one only. */
export const nanoDollars = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

export const milliseconds = (description: string) => Type.Number({ minimum: 0, description });

export const count = (description: string) => Type.Integer({ minimum: 0, description });

/** A number that counts from 1 and is kept in a PostgreSQL integer. */
export const ordinal = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 2_147_483_647, description });

export const cursor = Type.Optional(
  Type.String({
    maxLength: 200,
    description: 'The nextCursor of the page before; absent for the first page.',
  }),
);

export const pageLimit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Largest number of items to return.' }),
);
