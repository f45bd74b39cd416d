/** The three Services of a Canary, ours and adopted ones. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import { apexService, backendServices, releasedApex } from '../../../src/traffic/services.ts';
import { canaryServing, objectIn } from '../../support/canaries.ts';

const TARGET = { label: 'app', value: 'web', primary: { app: 'web-primary' }, ports: [] };
const FLUX = {
  'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
  'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
};

const plain = canaryServing('{ port: 80, targetPort: http }');

/** The user's own Service, as the API server returns it. */
const theirs = objectIn(`
apiVersion: v1
kind: Service
metadata:
  name: podinfo
  namespace: test
  resourceVersion: "7"
  labels: { team: web }
  annotations:
    cloud.example.com/internal: "true"
spec:
  type: LoadBalancer
  clusterIP: 10.0.0.1
  sessionAffinity: ClientIP
  selector: { app: web, tier: front }
  ports:
    - { name: http, protocol: TCP, port: 80, targetPort: 8080, nodePort: 30080 }
    - { name: metrics, protocol: TCP, port: 9797, targetPort: 9797, nodePort: 30097 }
`);

const ports = (object: KubeObject): unknown => at(object, 'spec', 'ports');

describe('the Services of a new Canary', () => {
  it('select the target for the canary, and its clone for primary and apex', () => {
    const services = [...backendServices(plain, TARGET, []), apexService(plain, TARGET, [])];

    expect(services.map(({ metadata }) => metadata.name)).toEqual([
      'podinfo-canary',
      'podinfo-primary',
      'podinfo',
    ]);
    expect(services.map((object) => at(object, 'spec', 'selector', 'app'))).toEqual([
      'web',
      'web-primary',
      'web-primary',
    ]);
  });

  it('go on selecting a primary by the labels it has when the target gets others', () => {
    const relabelled = { ...TARGET, label: 'name' };
    const services = [...backendServices(plain, relabelled, []), apexService(plain, relabelled, [])];

    expect(services.map((object) => at(object, 'spec', 'selector'))).toEqual([
      { name: 'web' },
      { app: 'web-primary' },
      { app: 'web-primary' },
    ]);
  });

  it('go on selecting what serves while another target has no primary yet', () => {
    const before = [...backendServices(plain, TARGET, []), apexService(plain, TARGET, [])];
    const another = { label: 'app', value: 'shop', ports: [] };
    const services = [...backendServices(plain, another, before), apexService(plain, another, before)];

    expect(services.map((object) => at(object, 'spec', 'selector', 'app'))).toEqual([
      'shop',
      'web-primary',
      'web-primary',
    ]);
    expect(at(apexService(plain, another, []), 'spec', 'selector')).toEqual({ app: 'shop-primary' });
  });

  it('are ClusterIP Services with one port, labelled by their own name and owned by the Canary', () => {
    expect(apexService(plain, TARGET, [])).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'podinfo',
        namespace: 'test',
        labels: { app: 'podinfo' },
        annotations: FLUX,
        ownerReferences: [
          {
            apiVersion: 'flagger.app/v1beta1',
            kind: 'Canary',
            name: 'podinfo',
            uid: 'canary-uid',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        type: 'ClusterIP',
        selector: { app: 'web-primary' },
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 'http' }],
      },
    });
  });

  it('are headless, close to their clients and speak a protocol where the user asks for it', () => {
    const asked = canaryServing(
      '{ port: 80, portName: grpc, headless: true, trafficDistribution: PreferClose, appProtocol: grpc }',
    );

    for (const service of [...backendServices(asked, TARGET, []), apexService(asked, TARGET, [])]) {
      expect(service['spec']).toMatchObject({ clusterIP: 'None', trafficDistribution: 'PreferClose' });
      expect(ports(service)).toEqual([
        { name: 'grpc', protocol: 'TCP', port: 80, targetPort: 80, appProtocol: 'grpc' },
      ]);
    }
  });

  it('have the ports that were discovered, where the user asks for discovery', () => {
    const target = { ...TARGET, ports: [{ name: 'metrics', port: 9797 }] };

    expect(ports(apexService(canaryServing('{ port: 80, portDiscovery: true }'), target, []))).toEqual([
      { name: 'http', protocol: 'TCP', port: 80, targetPort: 80 },
      { name: 'metrics', protocol: 'TCP', port: 9797, targetPort: 9797 },
    ]);
    expect(ports(apexService(plain, target, []))).toHaveLength(1);
  });

  it('carry the metadata asked for their role, which never replaces the label they are found by', () => {
    const asked = canaryServing(
      `{ port: 80, primary: { labels: { app: other, team: web }, annotations: { note: a } } }`,
    );
    const [canary, primary] = backendServices(asked, TARGET, []);

    expect(primary?.metadata.labels).toEqual({ app: 'podinfo-primary', team: 'web' });
    expect(primary?.metadata.annotations).toEqual({ note: 'a', ...FLUX });
    expect(canary?.metadata.annotations).toEqual(FLUX);
  });
});

describe('a Service of ours', () => {
  const made = apexService(plain, TARGET, []);
  const edited = (metadata: object, spec: object = {}): KubeObject => ({
    ...made,
    metadata: { ...made.metadata, ...metadata },
    spec: { ...(made['spec'] as object), ...spec },
  });

  it('loses metadata that nobody declared, and keeps what is declared unmanaged', () => {
    const found = edited({
      labels: { app: 'podinfo', a: '1', b: '2' },
      annotations: { ...FLUX, c: '3', d: '4' },
    });
    const canary = canaryServing('{ port: 80, unmanagedMetadata: { labels: [a], annotations: [c] } }');
    const { metadata } = apexService(canary, TARGET, [found]);

    expect(metadata.labels).toEqual({ app: 'podinfo', a: '1' });
    expect(metadata.annotations).toEqual({ ...FLUX, c: '3' });
  });

  it('loses ports that were added by hand, and gets a changed name', () => {
    const found = edited(
      {},
      {
        ports: [
          { name: 'http', port: 80 },
          { name: 'more', port: 81 },
        ],
      },
    );

    expect(ports(apexService(canaryServing('{ port: 80, portName: web }'), TARGET, [found]))).toEqual([
      { name: 'web', protocol: 'TCP', port: 80, targetPort: 80 },
    ]);
  });

  it('is left as it is with the defaults an API server fills in', () => {
    const found = edited(
      { resourceVersion: '9' },
      { clusterIP: '10.0.0.9', internalTrafficPolicy: 'Cluster' },
    );

    expect(apexService(plain, TARGET, [found])).toEqual(found);
  });

  it('is nobody else’s: a Canary of another name does not own it', () => {
    const [owner] = made.metadata.ownerReferences ?? [];
    const found = edited({ ownerReferences: [{ ...owner, name: 'other' }], labels: { a: '1' } });

    expect(apexService(plain, TARGET, [found]).metadata.labels).toEqual({ a: '1' });
  });
});

describe('a Service of the user’s', () => {
  const adopted = apexService(plain, TARGET, [theirs]);

  it('keeps its kind, address, labels and annotations, and is not ours to be deleted', () => {
    expect(adopted['spec']).toMatchObject({
      type: 'LoadBalancer',
      clusterIP: '10.0.0.1',
      sessionAffinity: 'ClientIP',
      selector: { app: 'web-primary' },
    });
    expect(adopted.metadata).toEqual({
      ...theirs.metadata,
      annotations: { 'cloud.example.com/internal': 'true', ...FLUX },
    });
  });

  it('keeps its further ports and its node ports', () => {
    expect(ports(adopted)).toEqual([
      { name: 'http', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 30080 },
      { name: 'metrics', protocol: 'TCP', port: 9797, targetPort: 9797, nodePort: 30097 },
    ]);
  });

  it('is not written again for ports in another order', () => {
    const reversed = [...(ports(adopted) as readonly unknown[])].reverse();
    const found = { ...adopted, spec: { ...(adopted['spec'] as object), ports: reversed } };

    expect(apexService(plain, TARGET, [found])).toEqual(found);
  });

  it('selects the target again when the Canary goes, and Flux may have it back', () => {
    const released = releasedApex(plain, TARGET, [adopted]);

    expect(at(released, 'spec', 'selector')).toEqual({ app: 'web' });
    expect(released?.metadata.annotations).toEqual({ 'cloud.example.com/internal': 'true' });
  });

  it('selects what the user’s own manifest says where kubectl has left it', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
        spec: { selector: { app: 'web', tier: 'front' } },
      }),
    };
    const found = { ...adopted, metadata: { ...adopted.metadata, annotations } };

    expect(at(releasedApex(plain, TARGET, [found]), 'spec', 'selector')).toEqual({
      app: 'web',
      tier: 'front',
    });
  });

  it('is not missed when it is gone', () => {
    expect(releasedApex(plain, TARGET, [])).toBeUndefined();
  });
});
