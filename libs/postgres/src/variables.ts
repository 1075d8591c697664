import Type from 'typebox';

/** The environment of a service that has tables. */
export const postgresVariables = {
  DATABASE_URL: Type.String({
    secret: true,
    format: 'url',
    description: "PostgreSQL as this service's own role.",
  }),
  DATABASE_POOL_SIZE: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 10,
    description: 'Largest number of connections that one process opens.',
  }),
};
