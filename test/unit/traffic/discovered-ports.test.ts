/** Which ports the Services of a Canary have, from what its containers declare to what the canary Service says. */
import { expect, it } from '@jest/globals';
import { at } from '../../../src/api/tree.ts';
import { deployment } from '../../../src/targets/deployment.ts';
import { backendServices } from '../../../src/traffic/services.ts';
import { canaryServing, objectIn } from '../../support/canaries.ts';
import { lookAt } from '../../support/deployments.ts';

const TARGET = objectIn(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: podinfo, namespace: test, uid: target-uid, generation: 1 }
spec:
  selector: { matchLabels: { name: podinfo } }
  template:
    metadata: { labels: { name: podinfo } }
    spec:
      containers:
        - name: podinfo
          image: podinfo:1
          ports:
            - { name: http, containerPort: 9898 }
            - { name: http-metrics, containerPort: 8080 }
            - { containerPort: 8888 }
`);

function portsOf(service: string): readonly string[] {
  const canary = canaryServing(service);
  const metadata = deployment.metadata(lookAt([TARGET], { canary }));
  if (!metadata.ok) throw new Error(metadata.error);
  const [service_] = backendServices(canary, metadata.value, []);
  const ports = at(service_, 'spec', 'ports') as readonly Record<string, unknown>[];
  return ports.map(
    ({ name, port, targetPort }) => `${String(name)} ${String(port)} to ${String(targetPort)}`,
  );
}

it.each([
  [
    '{ port: 9898, portDiscovery: true }',
    ['http 9898 to 9898', 'http-metrics 8080 to 8080', 'tcp-podinfo-2 8888 to 8888'],
  ],
  [
    '{ port: 80, targetPort: 9898, portDiscovery: true }',
    ['http 80 to 9898', 'http-metrics 8080 to 8080', 'tcp-podinfo-2 8888 to 8888'],
  ],
  [
    '{ port: 8080, targetPort: http, portDiscovery: true }',
    ['http 8080 to http', 'http-metrics 8080 to 8080', 'tcp-podinfo-2 8888 to 8888'],
  ],
])('of the service %s are the one that is served and those discovered', (service, ports) => {
  expect(portsOf(service)).toEqual(ports);
});
