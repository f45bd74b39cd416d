/** How a Service is copied for primary and canary, and told from what it was. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { meaningOfService, specOfCopy } from '../../../src/api/service-copy.ts';
import { at } from '../../../src/api/tree.ts';
import { NO_REVISION } from '../../../src/shared/brand.ts';
import { progression } from '../../../src/core/progression.ts';
import { service } from '../../../src/targets/service.ts';
import { istio } from '../../../src/traffic/istio.ts';
import { kubernetes } from '../../../src/traffic/kubernetes.ts';
import type { TrafficProvider } from '../../../src/traffic/provider.ts';
import { releaseTraffic, renderRoutes, renderServices } from '../../../src/traffic/routes.ts';
import { percent } from '../../../src/shared/brand.ts';
import { canaryFrom } from '../../support/canaries.ts';
import { after, canary, edit, find, lookAt, NOW, serviceTarget } from '../../support/deployments.ts';

const GREEN = edit(serviceTarget, ['spec', 'selector', 'colour'], 'green');
const look = (objects: readonly KubeObject[]) => lookAt(objects, { canary: canary('', {}, 'Service') });
const one = service.observeTarget(look([serviceTarget]))?.revision ?? NO_REVISION;
const two = service.observeTarget(look([GREEN]))?.revision ?? NO_REVISION;
const cloned = after([serviceTarget], service.clonePrimary(look([serviceTarget]), one));

describe('the primary of a Service', () => {
  it('means the same under its own address', () => {
    const primary = find(cloned, 'Service/podinfo-primary');

    expect(primary).toMatchObject({
      metadata: {
        labels: { team: 'web' },
        annotations: { 'example.com/note': 'kept', 'serin.dev/revision': one },
      },
      spec: {
        selector: { app: 'podinfo', colour: 'blue' },
        ports: [{ name: 'http', port: 80, targetPort: 9898 }],
      },
    });
    expect(at(primary, 'spec', 'clusterIP')).toBeUndefined();
  });

  it('gets the selector that the target has by then, and keeps its address', () => {
    const addressed = cloned.map((object) =>
      object.metadata.name === 'podinfo' ? GREEN : edit(object, ['spec', 'clusterIP'], '10.0.0.2'),
    );
    const [promoted] = service.clonePrimary(look(addressed), two);

    expect(at(promoted, 'spec', 'selector')).toEqual(at(GREEN, 'spec', 'selector'));
    expect(at(promoted, 'spec', 'clusterIP')).toBe('10.0.0.2');
  });

  it('that Flagger made is known by what it says', () => {
    const made = { ...serviceTarget, metadata: { name: 'podinfo-primary', namespace: 'test' } };

    expect(service.observePrimary(look([serviceTarget, made]))?.revision).toBe(one);
    expect(service.observePrimary(look([GREEN, made]))?.revision).not.toBe(two);
  });
});

describe('what a Service means', () => {
  it.each([
    { what: 'is no address', field: ['clusterIP'], value: '10.0.0.9' },
    { what: 'is no default', field: ['sessionAffinity'], value: 'None' },
    { what: 'is no family the cluster chose', field: ['ipFamilyPolicy'], value: 'SingleStack' },
    { what: 'is no node port', field: ['ports', '0', 'nodePort'], value: 30_000 },
  ])('$what', ({ field, value }) => {
    const changed = edit(serviceTarget, ['spec', 'ports'], {
      ...(at(serviceTarget, 'spec', 'ports') as object[]),
    });
    const edited = edit(changed, ['spec', ...field], value);
    const listed = edit(edited, ['spec', 'ports'], Object.values(at(edited, 'spec', 'ports') as object));

    expect(meaningOfService(listed)).toEqual(meaningOfService(serviceTarget));
  });

  it('is kept in a copy that need not be written again, and with it its node ports', () => {
    const ports = [{ name: 'http', port: 80, targetPort: 9898 }];
    const onNodes = (spec: object) => ({ ...serviceTarget, spec: { type: 'NodePort', ...spec } });
    const copy = onNodes({ selector: { colour: 'blue' }, ports: [{ ...ports[0], nodePort: 30_001 }] });
    const same = onNodes({ selector: { colour: 'blue' }, ports });
    const green = onNodes({ selector: { colour: 'green' }, ports });

    expect(specOfCopy(meaningOfService(same), copy)).toBe(copy.spec);
    expect(specOfCopy(meaningOfService(green), copy)).toEqual({
      ...copy.spec,
      selector: { colour: 'green' },
    });
    // A Service that is not on nodes any more may not ask for a port there.
    expect(at(specOfCopy(meaningOfService(GREEN), copy), 'ports')).toEqual(ports);
  });

  it('takes no address along to another name', () => {
    const external = {
      ...serviceTarget,
      spec: { type: 'ExternalName', externalName: 'podinfo.example.com' },
    };

    expect(specOfCopy(meaningOfService(external), serviceTarget)).toEqual(external.spec);
  });
});

describe('traffic of a Service', () => {
  const input = (provider: TrafficProvider, current: readonly KubeObject[]) => {
    const target = service.metadata(look(current));
    if (!target.ok) throw new Error(target.error);
    return { canary: canary('', {}, 'Service'), provider, target: target.value, current, now: NOW };
  };

  it('has a canary Service that follows the target, and leaves the primary’s alone', () => {
    const [made, ...others] = renderServices(input(istio, cloned));

    expect(others).toEqual([]);
    expect(made).toMatchObject({
      metadata: { name: 'podinfo-canary', ownerReferences: [{ kind: 'Canary' }] },
      spec: { selector: { colour: 'blue' } },
    });
    const followed = after(cloned, [...renderServices(input(istio, cloned)), GREEN]);
    expect(renderServices(input(istio, followed))).toMatchObject([
      { spec: { selector: { colour: 'green' } } },
    ]);
    const settled = after(followed, renderServices(input(istio, followed)));
    expect(renderServices(input(istio, settled))).toEqual([]);
  });

  it('has no field for labels where there are none, or what was written would never be found', () => {
    const { labels: _, ...metadata } = serviceTarget.metadata;
    const [made] = renderServices(input(istio, [{ ...serviceTarget, metadata }]));

    expect(Object.keys(made?.metadata ?? {})).not.toContain('labels');
  });

  it.each([
    ['istio', istio],
    ['kubernetes', kubernetes],
  ])('never changes what the target says: %s', (_, provider) => {
    const routes = { canary: percent(0), mirrored: false };
    const written = after(cloned, renderRoutes({ ...input(provider, cloned), routes, mark: 1 }));
    expect(find(written, 'Service/podinfo')?.['spec']).toEqual(serviceTarget['spec']);
    const released = after(written, releaseTraffic(input(provider, written)));
    expect(find(released, 'Service/podinfo')?.['spec']).toEqual(serviceTarget['spec']);
    expect(find(released, 'Service/podinfo')?.metadata.annotations).toEqual(
      serviceTarget.metadata.annotations,
    );
  });

  it('goes home when the target is gone', () => {
    const gone = cloned.filter(({ metadata }) => metadata.name !== 'podinfo');
    const routes = { canary: percent(0), mirrored: false };

    expect(renderServices(input(istio, gone))).toEqual([]);
    expect(renderRoutes({ ...input(istio, gone), routes, mark: 1 }).map(({ kind }) => kind)).not.toContain(
      'Service',
    );
  });
});

describe('a Canary of a Service', () => {
  const weights = (analysis: string): readonly number[] => {
    const { strategy } = canaryFrom(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test, uid: canary-uid }
spec:
  provider: istio
  targetRef: { apiVersion: core/v1, kind: Service, name: podinfo }
  service: { port: 80 }
  analysis: { threshold: 5, ${analysis} }
`).spec;
    return [100, ...progression(strategy).map(({ canaryWeight }) => 100 - canaryWeight)];
  };

  it.each([
    ['`stepWeight 20, maxWeight 50`', 'interval: 1m, stepWeight: 20, maxWeight: 50', [100, 80, 60, 40]],
    ['`stepWeight 50, maxWeight 100`', 'interval: 1m, stepWeight: 50, maxWeight: 100', [100, 50, 0]],
    ['`stepWeights [1,2,10,80]`', 'interval: 1m, stepWeights: [1, 2, 10, 80]', [100, 99, 98, 90, 20]],
    ['`stepWeights [1,2,10,200]`', 'interval: 1m, stepWeights: [1, 2, 10, 200]', [100, 99, 98, 90, 0]],
    ['without `interval`', 'stepWeight: 50, maxWeight: 50', [100, 50]],
  ])('%s: primary weights', (_, analysis, then) => {
    expect(weights(analysis)).toEqual(then);
  });

  it('waits for nothing to become ready', () => {
    expect(service.observePrimary(look(cloned))?.readiness).toEqual({ kind: 'ready' });
    expect(service.observeTarget(look(cloned))?.readiness).toEqual({ kind: 'ready' });
  });
});
