import { type ServiceName, serviceTable } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const port = (description: string, fallback: number) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description });

interface DefaultPorts {
  readonly public: number;
  readonly internal: number;
}

/** The variables that every service has. Default ports come from the table of services, or are given. */
export function kitVariables(service: ServiceName | DefaultPorts) {
  const ports = typeof service === 'string' ? portsOf(service) : service;
  return {
    HOST: Type.String({ default: '0.0.0.0', description: 'Address that the service listens on.' }),
    PORT: port('Port of the service; 0 takes a free one.', ports.public),
    INTERNAL_PORT: port(
      'Port of health checks and metrics, never exposed; 0 takes a free one.',
      ports.internal,
    ),
    SERVICE_VERSION: Type.String({
      default: 'dev',
      description: 'Version and commit of the build, set by its image.',
    }),
    LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      default: 'info',
      description: 'Least severe level that is logged.',
    }),
    LOG_ERROR_MESSAGES: Type.Boolean({
      default: false,
      description:
        "Log the messages of errors. They may repeat what users sent, so set this in development only; an error's type, codes and stack are always logged.",
    }),
    SHUTDOWN_DRAIN_MS: Type.Integer({
      minimum: 0,
      default: 5_000,
      description:
        'Milliseconds between reporting not ready and closing the port: long enough for endpoints of a cluster to be updated, and for clients to give up idle connections, which the gateway does after 4 s.',
    }),
    SHUTDOWN_GRACE_MS: Type.Integer({
      minimum: 1,
      default: 25_000,
      description:
        'Milliseconds that running requests and jobs may take to finish once the service is told to stop.',
    }),
    OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
      Type.String({
        format: 'url',
        description: 'Collector that receives traces over OTLP; tracing is off where absent.',
      }),
    ),
    OTEL_SERVICE_NAME: Type.Optional(
      Type.String({ description: "Name that traces carry; the service's own where absent." }),
    ),
    SENTRY_DSN: Type.Optional(
      Type.String({
        secret: true,
        description: 'Sentry project that receives errors; reporting is off where absent.',
      }),
    ),
    SENTRY_ENVIRONMENT: Type.String({
      default: 'development',
      description: 'Environment that reported errors carry.',
    }),
  };
}

function portsOf(service: ServiceName): DefaultPorts {
  const { port, internalPort } = serviceTable[service];
  return { public: port, internal: internalPort };
}

/** For services that answer other services: the keys that verify internal tokens. */
export const identityVariables = {
  INTERNAL_PUBLIC_KEYS: Type.String({
    description:
      'JSON object of service name to the public JWK (Ed25519) with which its internal tokens are verified.',
  }),
};

/** For services that call other services. */
export const signingVariables = {
  INTERNAL_SIGNING_KEY: Type.String({
    secret: true,
    description:
      "This service's own Ed25519 key (PKCS #8 PEM in base64), with which it signs internal tokens.",
  }),
};

export type KitVariables = ReturnType<typeof kitVariables>;

/** Origin of another service. The default is its port in the table of services, on this machine. */
export function serviceUrl(service: ServiceName) {
  return Type.String({
    format: 'url',
    default: `http://127.0.0.1:${serviceTable[service].port}`,
    description: `Origin of the ${service} service.`,
  });
}

/** Origin at which another service reports its health. */
export function serviceInternalUrl(service: ServiceName) {
  return Type.String({
    format: 'url',
    default: `http://127.0.0.1:${serviceTable[service].internalPort}`,
    description: `Origin of the health port of the ${service} service.`,
  });
}
