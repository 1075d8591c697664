import { serviceTable } from '@valuecanvas/contracts-core';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import { manifestText } from './manifest-text.ts';
import { folder, metadataOf, neighbours, notice } from './objects.ts';

const host = 'api.valuecanvas.com';

/** Ends TLS and sends everything to the gateway. Nothing is buffered, so that streams arrive as they are written. */
const ingress: IIngress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    ...metadataOf('gateway'),
    annotations: {
      'nginx.ingress.kubernetes.io/ssl-redirect': 'true',
      'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
      'nginx.ingress.kubernetes.io/proxy-request-buffering': 'off',
      // The gateway limits the size of each body by its route.
      'nginx.ingress.kubernetes.io/proxy-body-size': '0',
      // Event streams send a comment every 15 s, so a silence of this length is a lost connection.
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '300',
      'nginx.ingress.kubernetes.io/proxy-send-timeout': '300',
      // The gateway alone decides what may be sent again.
      'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off',
    },
  },
  spec: {
    ingressClassName: 'nginx',
    tls: [{ hosts: [host], secretName: 'gateway-tls' }],
    rules: [
      {
        host,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'gateway', port: { number: serviceTable.gateway.port } } },
            },
          ],
        },
      },
    ],
  },
};

export function ingressFile(): string {
  return manifestText({
    head: [
      notice,
      `kubectl apply -f ${folder}/ingress.yaml`,
      `Needs ingress-nginx in the namespace ${neighbours.ingress}, and the Secret gateway-tls (tls.crt, tls.key).`,
    ],
    objects: [ingress],
  });
}
