/** What a Canary that goes, or moves, still finds of itself, and gives back. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import { ConfigShelf } from '../../../src/controller/configs.ts';
import { lookAt, observedOf, type View } from '../../../src/controller/observe.ts';
import { perform } from '../../../src/controller/perform.ts';
import { percent } from '../../../src/shared/brand.ts';
import { err, ok } from '../../../src/shared/result.ts';
import { canaryFrom, fixture, objectIn } from '../../support/canaries.ts';
import { TARGET } from '../../support/deployments.ts';
import { FakeTools } from './tools.ts';

const { signal } = new AbortController();

/** The user's own Service, as a rollout has left it. */
const APEX = objectIn(`
apiVersion: v1
kind: Service
metadata: { name: podinfo, namespace: test, resourceVersion: "1", annotations: { serin.dev/routes: 3/2026-01-01T00:00:00Z } }
spec: { selector: { app: podinfo-label-primary }, ports: [{ name: http, protocol: TCP, port: 80, targetPort: http }] }
`);

function leaving(provider: string, kind = 'Deployment'): Canary {
  return canaryFrom(
    `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test, uid: canary-uid, deletionTimestamp: "2026-01-01T00:00:00Z" }
spec:
  provider: ${provider}
  revertOnDeletion: true
  targetRef: { apiVersion: apps/v1, kind: ${kind}, name: podinfo }
  service: { port: 80, targetPort: http }
  analysis: { interval: 1m, threshold: 5, iterations: 5 }
`,
    { phase: 'Terminating', origin: 'ours' },
  );
}

async function look(canary: Canary, ...objects: readonly KubeObject[]) {
  const fake = new FakeTools('-enable-config-tracking=false');
  const written: KubeObject[] = [];
  const replace = async (object: KubeObject) => {
    written.push(object);
    return ok(object);
  };
  const tools = { ...fake, clock: fake.clock, objects: { ...fake.objects, replace } };
  for (const object of objects) fake.put(object);
  const see = (): Promise<View> => lookAt(tools, new ConfigShelf(), canary, () => undefined, signal);
  return { tools, written, see, put: (object: KubeObject) => fake.put(object) };
}

describe('a Canary that is being deleted', () => {
  it.each([
    ['its namespace has lost both workloads already', leaving('kubernetes'), []],
    ['its provider is none that is known', leaving('nonsense'), [objectIn(TARGET)]],
    ['its target is of a kind that is not known', leaving('kubernetes', 'Widget'), []],
  ] as const)('gives the Service back though %s', async (_, canary, objects) => {
    const { tools, written, see, put } = await look(canary, APEX, ...objects);
    const view = await see();
    expect(observedOf(view).released).toBe(false);

    expect(await perform(tools, view, { kind: 'release-traffic' }, signal)).toEqual(ok());

    expect(written.map((object) => at(object, 'spec', 'selector'))).toEqual([{ app: 'podinfo-label' }]);
    for (const object of written) put(object);
    expect(observedOf(await see()).released).toBe(true);
  });

  it('has nothing to give back where nothing is left', async () => {
    const { see } = await look(leaving('istio'));
    expect(observedOf(await see()).released).toBe(true);
  });

  it('takes its route along where that is in no namespace, once everything else is given back (M65)', async () => {
    const route = objectIn(`
apiVersion: kuma.io/v1alpha1
kind: TrafficRoute
metadata: { name: podinfo, uid: route-uid, resourceVersion: "7", annotations: { serin.dev/canary: test/podinfo } }
`);
    const { tools, see, written } = await look(leaving('kuma'), APEX, objectIn(TARGET), route);
    const deleted: unknown[] = [];
    const removing = {
      ...tools.objects,
      delete: async (...call: readonly unknown[]) => {
        deleted.push([written.length, ...call]);
        return err({ kind: 'not-found', detail: 'it is gone' } as const);
      },
    };
    const view = await see();
    expect(observedOf(view).released).toBe(false);

    const refusing = { ...removing, replace: async () => err({ kind: 'conflict', detail: '' } as const) };
    const release = { kind: 'release-traffic' } as const;
    expect((await perform({ ...tools, objects: refusing }, view, release, signal)).ok).toBe(false);
    expect(deleted).toEqual([]);
    expect(await perform({ ...tools, objects: removing }, view, release, signal)).toEqual(ok());

    const { apiVersion, kind } = route;
    const ref = { apiVersion, kind, name: 'podinfo' };
    expect(deleted).toEqual([[1, ref, { signal, uid: 'route-uid', resourceVersion: '7' }]]);
  });
});

describe('a Canary whose pods need something of their mesh', () => {
  it('has no primary made before that has been seen', async () => {
    const wish = fixture('traffic', 'appmesh-v1beta2', 'canary.yaml');
    const { tools, see, put } = await look(canaryFrom(wish), objectIn(TARGET));
    const made: string[] = [];
    const create = async (object: KubeObject) => {
      const name = `${object.kind} ${object.metadata.name}`;
      if (made.includes(name)) return err({ kind: 'already-exists', detail: name } as const);
      made.push(name);
      put(object);
      return ok(object);
    };
    const writing = { ...tools, objects: { ...tools.objects, create } };
    const view = await see();
    const revision = observedOf(view).target?.revision;
    if (revision === undefined) throw new Error('there is no target');
    const primary = { kind: 'write-primary', from: 'target', revision } as const;

    expect(await perform(writing, view, { kind: 'write-services' }, signal)).toEqual(ok());
    expect(await perform(writing, view, primary, signal)).toEqual(ok());
    expect(made).toEqual([
      'Service podinfo-canary',
      'Service podinfo-primary',
      'VirtualNode podinfo-primary',
      'VirtualNode podinfo-canary',
    ]);
    expect(await perform(writing, await see(), primary, signal)).toEqual(ok());
    expect(made.at(-1)).toBe('Deployment podinfo-primary');
  });
});

const ROUTES = objectIn(`
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: { name: podinfo, namespace: test, resourceVersion: "1", annotations: { serin.dev/routes: 3/2026-01-01T00:00:00Z } }
spec:
  hosts: [former.example.com]
  http:
    - timeout: 7s
      route:
        - { destination: { host: podinfo-primary, port: { number: 80 } }, weight: 60 }
        - { destination: { host: podinfo-canary, port: { number: 80 } }, weight: 40 }
`);

function moved(): Canary {
  return canaryFrom(
    `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test, uid: canary-uid }
spec:
  provider: kubernetes
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  service: { port: 80, name: shop }
  analysis: { interval: 1m, threshold: 5, iterations: 5 }
`,
    { phase: 'Progressing', origin: 'ours', place: 'istio/podinfo' },
  );
}

describe('a Canary whose routes are to be elsewhere', () => {
  it('still sees what sends traffic where it was, and moves only that', async () => {
    const { tools, written, see } = await look(moved(), objectIn(TARGET), ROUTES);
    const view = await see();
    expect(observedOf(view)).toMatchObject({
      place: 'kubernetes/shop',
      routes: undefined,
      left: [{ place: 'istio/podinfo', canary: 40, mirrored: false }],
    });

    const routes = { canary: percent(0), mirrored: false };
    const action = { kind: 'leave-routes', place: 'istio/podinfo', routes, mark: 4 } as const;
    expect(await perform(tools, view, action, signal)).toEqual(ok());

    expect(written).toHaveLength(1);
    const [object] = written;
    expect(at(object, 'spec', 'hosts')).toEqual(['former.example.com']);
    expect(at(object, 'spec', 'http')).toEqual([
      {
        timeout: '7s',
        route: [
          { destination: { host: 'podinfo-primary', port: { number: 80 } }, weight: 100 },
          { destination: { host: 'podinfo-canary', port: { number: 80 } }, weight: 0 },
        ],
      },
    ]);
    expect(object?.metadata.annotations?.['serin.dev/routes']).toMatch(/^4\//);
  });
});
