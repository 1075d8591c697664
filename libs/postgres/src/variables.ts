import Type from 'typebox';

/** Environment variables of a service that has tables. */
export const postgresVariables = {
  DATABASE_URL: Type.String({
    secret: true,
    format: 'url',
    description: "URL of PostgreSQL, with this service's own role.",
  }),
  DATABASE_POOL_SIZE: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 10,
    description: 'Maximum number of connections per process.',
  }),
};
