import type { Check } from '../check.ts';
import { type Configuration, servicesByValue } from '../configurations.ts';
import { request } from './request.ts';

/** Checks of the collector and of Sentry, with requests that record nothing. */
export function telemetryChecks(configurations: readonly Configuration[]): Check[] {
  return [
    ...servicesByValue(configurations, 'OTEL_EXPORTER_OTLP_ENDPOINT').map(({ value }) =>
      collectorCheck(value),
    ),
    ...servicesByValue(configurations, 'SENTRY_DSN').map(({ value }) => sentryCheck(value)),
  ];
}

/** An empty message of OTLP has no spans, and is valid. */
function collectorCheck(endpoint: string): Check {
  const todo =
    'Start the collector, or leave OTEL_EXPORTER_OTLP_ENDPOINT empty. The port of OTLP over HTTP is 4318.';
  return {
    what: 'collector of traces',
    todo,
    async run(signal) {
      const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
      const headers = { 'content-type': 'application/x-protobuf' };
      await request(
        url,
        { method: 'POST', headers, body: new Uint8Array(), signal },
        { unauthorized: todo, other: todo },
      );
      return `${new URL(url).host} accepts traces`;
    },
  };
}

/** A client report without discarded events is accepted with the key, and makes no event. */
function sentryCheck(dsn: string): Check {
  const todo = 'Copy the DSN from the settings of the project in Sentry: https://<key>@<host>/<project>.';
  return {
    what: 'Sentry',
    todo,
    async run(signal) {
      const { protocol, host, username, pathname } = new URL(dsn);
      const segments = pathname.split('/');
      const project = segments.pop();
      const url = `${protocol}//${host}${segments.join('/')}/api/${project}/envelope/`;
      const report = { timestamp: new Date().toISOString(), discarded_events: [] };
      await request(
        url,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/x-sentry-envelope',
            'x-sentry-auth': `Sentry sentry_version=7, sentry_client=valuecanvas-verify/1, sentry_key=${username}`,
          },
          body: `{}\n{"type":"client_report"}\n${JSON.stringify(report)}\n`,
          signal,
        },
        { unauthorized: `The project does not accept this key. ${todo}`, other: todo },
      );
      return `${host} accepts the key of project ${project}`;
    },
  };
}
