import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import Type, { type Static, type TProperties } from 'typebox';

/** Which fields docker-compose.yml has, and what those must say that no service may choose. */
const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const Text = Type.String({ minLength: 1 });
const Environment = Type.Record(Type.String(), Type.String());
const healthy = closed({ condition: Type.Literal('service_healthy') });

const Healthcheck = closed({
  test: Type.Array(Text, { minItems: 2 }),
  interval: Text,
  timeout: Text,
  start_period: Text,
  start_interval: Text,
});

const build = (args: TProperties) => closed({ context: Type.Literal('.'), dockerfile: Text, ...args });

const hardened = {
  image: Text,
  init: Type.Literal(true),
  read_only: Type.Literal(true),
  cap_drop: Type.Tuple([Type.Literal('ALL')]),
  security_opt: Type.Tuple([Type.Literal('no-new-privileges:true')]),
};

/** One of the platform's six. Ports are published by the gateway alone, which another check holds. */
const ComposeService = closed({
  ...hardened,
  build: build({ args: closed({ SERVICE_VERSION: Text }) }),
  restart: Type.Literal('unless-stopped'),
  stop_grace_period: Text,
  depends_on: closed({
    postgres: healthy,
    redis: healthy,
    migrate: closed({ condition: Type.Literal('service_completed_successfully') }),
  }),
  environment: Environment,
  ports: Type.Optional(Type.Array(Text)),
});

const Migrate = closed({
  ...hardened,
  build: build({}),
  restart: Type.Literal('on-failure'),
  depends_on: closed({ postgres: healthy }),
  environment: Environment,
});

const Simulator = closed({
  ...hardened,
  build: build({}),
  restart: Type.Literal('unless-stopped'),
  profiles: Type.Tuple([Type.Literal('simulated')]),
});

const database = {
  image: Text,
  restart: Type.Literal('unless-stopped'),
  security_opt: hardened.security_opt,
  environment: Environment,
  volumes: Type.Array(Text, { minItems: 1 }),
  healthcheck: Healthcheck,
};

const Redis = closed({ ...database, command: Type.Array(Text) });

/** The whole file. */
export const composeSchema = Type.Object({
  name: Type.Literal('valuecanvas'),
  services: closed({
    ...Object.fromEntries(serviceNames.map((name) => [name, ComposeService])),
    migrate: Migrate,
    'llm-simulator': Simulator,
    postgres: closed({ ...database, shm_size: Text }),
    redis: Redis,
  }),
  volumes: closed({ postgres: Type.Null(), redis: Type.Null() }),
});

export type ComposeService = Static<typeof ComposeService>;

/** The parts of the file that are looked at beyond their form. */
export interface ComposeFile {
  readonly services: Readonly<Record<ServiceName, ComposeService>> & {
    readonly migrate: Static<typeof Migrate>;
    readonly 'llm-simulator': Static<typeof Simulator>;
    readonly redis: Static<typeof Redis>;
  };
}
