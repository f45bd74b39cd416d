/** A few objects of a cluster, as the router reads them. */
import type { KubeObject } from '../../../src/api/objects.ts';
import type { ClusterView } from '../../../hack/demo/routing.ts';

export class FakeCluster implements ClusterView {
  objects: KubeObject[] = [];

  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    namespace?: string,
  ): readonly KubeObject[] {
    return this.objects.filter(
      (object) =>
        object.apiVersion === kind.apiVersion &&
        object.kind === kind.kind &&
        (namespace === undefined || object.metadata.namespace === namespace),
    );
  }

  /** A Service with one EndpointSlice: addresses of pods by Deployment, and the port they listen on. */
  addService(name: string, workload: string, addresses: readonly string[], port: number): void {
    const metadata = { name, namespace: 'prod' };
    const pods = addresses.map((_, index) => `${workload}-6f9c-${'abcdef'[index] ?? 'z'}`);
    this.objects.push(
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port: 9898 }] } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, name: `${name}-x`, labels: { 'kubernetes.io/service-name': name } },
        ports: [{ name: 'http', port }],
        endpoints: addresses.map((address, index) => ({
          addresses: [address],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: pods[index] },
        })),
      },
      ...pods.map((pod) => owned('v1', 'Pod', pod, 'ReplicaSet', `${workload}-6f9c`)),
      owned('apps/v1', 'ReplicaSet', `${workload}-6f9c`, 'Deployment', workload),
    );
  }

  setVirtualService(http: readonly unknown[], hosts = ['podinfo']): void {
    this.objects = this.objects.filter(({ kind }) => kind !== 'VirtualService');
    this.objects.push({
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'VirtualService',
      metadata: { name: 'podinfo', namespace: 'prod' },
      spec: { hosts, http },
    });
  }
}

export function weights(primary: number, canary: number): Record<string, unknown> {
  return {
    route: [
      { destination: { host: 'podinfo-primary' }, weight: primary },
      { destination: { host: 'podinfo-canary' }, weight: canary },
    ],
  };
}

function owned(apiVersion: string, kind: string, name: string, ownerKind: string, owner: string): KubeObject {
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: ownerKind, name: owner, uid: 'u', controller: true },
  ];
  return { apiVersion, kind, metadata: { name, namespace: 'prod', ownerReferences } };
}
