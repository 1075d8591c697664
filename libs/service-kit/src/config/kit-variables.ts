import { type ServiceName, serviceTable } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const port = (description: string, fallback: number) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description });

interface DefaultPorts {
  readonly public: number;
  readonly internal: number;
}

/** Variables of every service. Default ports come from the table of services unless the caller passes its own. */
export function kitVariables(service: ServiceName | DefaultPorts) {
  const ports = typeof service === 'string' ? portsOf(service) : service;
  return {
    HOST: Type.String({ default: '0.0.0.0', description: 'Address that the service listens on.' }),
    PORT: port('Port of the service. 0 picks a free port.', ports.public),
    INTERNAL_PORT: port(
      'Port of health checks and metrics. It is never exposed. 0 picks a free port.',
      ports.internal,
    ),
    SHARE_PORTS: Type.Boolean({
      default: false,
      description:
        'Whether other processes of the same user may listen on the same ports (SO_REUSEPORT, on Linux), so that a new process starts before the old one stops.',
    }),
    SERVICE_VERSION: Type.String({
      default: 'dev',
      description: 'Version and commit of the build, set by its image.',
    }),
    SECRETS_MANAGER_SECRET_NAME: Type.Optional(
      Type.String({
        description:
          'Secrets in AWS Secrets Manager, by name or ARN, separated by commas. Each holds a JSON object that maps names of variables to values, for the variables that the environment does not set; the later secret wins. Credentials come from the sources of the AWS SDK.',
      }),
    ),
    AWS_REGION: Type.Optional(
      Type.String({ description: 'Region of Secrets Manager, and of the bucket of the backups.' }),
    ),
    SECRETS_REFRESH_MS: Type.Integer({
      minimum: 1_000,
      maximum: 86_400_000,
      default: 300_000,
      description:
        'Interval in milliseconds at which secrets are read again from Secrets Manager and from files. New keys of providers and new passwords of PostgreSQL are used without a restart.',
    }),
    LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      default: 'info',
      description: 'Minimum level of log lines.',
    }),
    LOG_ERROR_MESSAGES: Type.Boolean({
      default: false,
      description:
        "Whether error messages are logged. They may repeat user input, so set this in development only. An error's type, codes and stack are always logged.",
    }),
    SHUTDOWN_DRAIN_MS: Type.Integer({
      minimum: 0,
      default: 5_000,
      description:
        'Milliseconds between reporting not ready and closing the port. Must be long enough for the cluster to update its endpoints and for clients to close idle connections, which the gateway does after 4 s.',
    }),
    SHUTDOWN_GRACE_MS: Type.Integer({
      minimum: 1,
      default: 25_000,
      description:
        'Milliseconds that running requests and jobs may take to finish after the service has been told to stop.',
    }),
    OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
      Type.String({
        format: 'url',
        description: 'Collector that receives traces over OTLP. Tracing is off if this is not set.',
      }),
    ),
    OTEL_SERVICE_NAME: Type.Optional(
      Type.String({ description: "Service name in traces. Defaults to the service's own name." }),
    ),
    OTEL_TRACES_SAMPLER: Type.Optional(
      Type.Enum(
        [
          'always_on',
          'always_off',
          'traceidratio',
          'parentbased_always_on',
          'parentbased_always_off',
          'parentbased_traceidratio',
        ],
        {
          description:
            'Which traces are recorded. Defaults to parentbased_always_on, all of them. parentbased_traceidratio records the share OTEL_TRACES_SAMPLER_ARG, and each trace wholly or not at all.',
        },
      ),
    ),
    OTEL_TRACES_SAMPLER_ARG: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Share of the traces that the samplers by ratio record, from 0 to 1.',
      }),
    ),
    SENTRY_DSN: Type.Optional(
      Type.String({
        secret: true,
        description: 'Sentry project that receives errors. Reporting is off if this is not set.',
      }),
    ),
    SENTRY_ENVIRONMENT: Type.String({
      default: 'development',
      description: 'Environment name attached to reported errors.',
    }),
  };
}

/** Variables of services with operations that wait for a model, on their own or through another service. */
export const modelVariables = {
  LLM_DEADLINE: Type.Integer({
    minimum: 1_000,
    maximum: 3_600_000,
    default: 90_000,
    description:
      'Milliseconds that a request that waits for a model may take, or a stream until its first content. Set the same value for all services. For long whole answers, raise LLM_TIMEOUT as well.',
  }),
};

function portsOf(service: ServiceName): DefaultPorts {
  const { port, internalPort } = serviceTable[service];
  return { public: port, internal: internalPort };
}

/** Public keys that verify internal tokens, for services that other services call. */
export const identityVariables = {
  INTERNAL_PUBLIC_KEYS: Type.String({
    description:
      'JSON object that maps each service name to the public JWK (Ed25519) that verifies its internal tokens.',
  }),
};

/** Variables of services that call other services. */
export const signingVariables = {
  INTERNAL_SIGNING_KEY: Type.String({
    secret: true,
    description:
      "This service's own Ed25519 key (PKCS #8 PEM in base64), with which it signs internal tokens.",
  }),
};

export type KitVariables = ReturnType<typeof kitVariables>;

/** Origin of another service. The default is localhost with the port from the table of services. */
export function serviceUrl(service: ServiceName) {
  return Type.String({
    format: 'url',
    default: `http://127.0.0.1:${serviceTable[service].port}`,
    description: `Origin of the ${service} service.`,
  });
}

/** Origin of another service's health checks. */
export function serviceInternalUrl(service: ServiceName) {
  return Type.String({
    format: 'url',
    default: `http://127.0.0.1:${serviceTable[service].internalPort}`,
    description: `Origin of the health port of the ${service} service.`,
  });
}
