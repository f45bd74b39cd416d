/** One action against an API server that refuses some of its writes. */
import { describe, expect, it } from '@jest/globals';
import type { ApiError, KubeObject, ObjectRef } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import { perform } from '../../../src/controller/perform.ts';
import type { View } from '../../../src/controller/observe.ts';
import type { Action } from '../../../src/core/model.ts';
import { percent, revision } from '../../../src/shared/brand.ts';
import { err, ok } from '../../../src/shared/result.ts';
import { targetKind } from '../../../src/targets/registry.ts';
import { trafficProviders } from '../../../src/traffic/registry.ts';
import { renderRoutes, type RoutesInput } from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture } from '../../support/canaries.ts';
import {
  canary as aDeploymentCanary,
  configs,
  edit,
  lookAt,
  NOW,
  target,
} from '../../support/deployments.ts';
import { FakeTools } from './tools.ts';

const { signal } = new AbortController();
const HOME: Action = { kind: 'set-routes', routes: { canary: percent(0), mirrored: false }, mark: 2 };

interface Cluster {
  readonly tools: Pick<FakeTools, 'objects' | 'clock'>;
  readonly written: KubeObject[];
  readonly patched: ObjectRef[];
}

/** Stores nothing: what it was asked to write is all there is to see. */
function aCluster(refuse: (object: KubeObject) => ApiError | undefined = () => undefined): Cluster {
  const fake = new FakeTools();
  const written: KubeObject[] = [];
  const patched: ObjectRef[] = [];
  const write = async (object: KubeObject) => {
    const refusal = refuse(object);
    if (refusal !== undefined) return err(refusal);
    written.push(object);
    return ok(object);
  };
  const patch = async (ref: ObjectRef) => {
    patched.push(ref);
    return ok(target);
  };
  const objects = { ...fake.objects, create: write, replace: write, patch };
  return { tools: { ...fake, clock: fake.clock, objects }, written, patched };
}

/** Half of the traffic is on the canary, and everything about the routes has changed since. */
function routedView(): View {
  const canary = canaryFrom(fixture('traffic', 'istio', 'canary.yaml'));
  const input: RoutesInput = {
    canary,
    provider: trafficProviders.istio,
    target: { label: 'app', value: 'podinfo', primary: { app: 'podinfo-primary' }, ports: [] },
    current: [],
    now: NOW,
  };
  const before = renderRoutes({ ...input, routes: { canary: percent(50), mirrored: false }, mark: 1 });
  const current = before.map((object) => {
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: '1' } };
    const edited = { ...(at(object, 'spec') as object), selector: { app: 'podinfo' }, host: 'other' };
    return object.kind === 'VirtualService' ? versioned : { ...versioned, spec: edited };
  });
  return { canary, kind: undefined, look: lookAt([]), routing: ok({ ...input, current }) };
}

describe('bringing traffic home', () => {
  it.each(['Service', 'DestinationRule'])(
    'moves the weights though a %s may not be written, and says what was refused',
    async (kind) => {
      const { tools, written } = aCluster((object) =>
        object.kind === kind ? { kind: 'forbidden', detail: `no ${kind} for you` } : undefined,
      );

      const done = await perform(tools, routedView(), HOME, signal);

      const weights = written.find((object) => object.kind === 'VirtualService');
      const [http] = list(at(weights, 'spec', 'http'));
      expect(list(at(http, 'route')).map((to) => at(to, 'weight'))).toEqual([100, 0]);
      expect(done).toEqual(err({ kind: 'forbidden', detail: `no ${kind} for you` }));
    },
  );

  it('names a refusal rather than a conflict, which settles itself', async () => {
    const { tools } = aCluster((object) =>
      object.kind === 'Service'
        ? { kind: 'conflict', detail: 'somebody was faster' }
        : { kind: 'forbidden', detail: 'not allowed' },
    );

    expect(await perform(tools, routedView(), HOME, signal)).toMatchObject({ error: { kind: 'forbidden' } });
  });
});

describe('copying the target', () => {
  it('M4: copies nothing where it carries another revision than the one that is meant', async () => {
    const { tools, written } = aCluster();
    const canary = aDeploymentCanary();
    const view: View = {
      canary,
      kind: targetKind(canary.target),
      look: lookAt([target, ...configs], { canary }),
      routing: err('not looked at'),
    };
    const copy = (name: string) =>
      perform(tools, view, { kind: 'write-primary', from: 'target', revision: revision(name) }, signal);
    const carried = view.kind?.observeTarget(view.look)?.revision ?? '';

    expect(await copy('1-analysed')).toMatchObject({ error: { kind: 'conflict' } });
    expect(written).toEqual([]);
    expect(await copy(carried)).toEqual(ok());
    expect(written.at(-1)?.metadata.name).toBe('podinfo-primary');
  });
});

describe('scaling a target', () => {
  it('works whatever version of its kind the Canary names, as reading it does', async () => {
    const { tools, patched } = aCluster();
    const canary = aDeploymentCanary();
    const old = { ...canary, target: { ...canary.target, apiVersion: 'extensions/v1beta1' } };
    const parked = edit(target, ['spec', 'replicas'], 0);
    const view: View = {
      canary: old,
      kind: targetKind(old.target),
      look: lookAt([parked], { canary: old }),
      routing: err('not looked at'),
    };

    expect(await perform(tools, view, { kind: 'scale-target', up: true }, signal)).toEqual(ok());

    expect(patched).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo', namespace: 'test' },
    ]);
  });
});

describe('keeping a snapshot', () => {
  it('says what is in its way, since waiting does not move it', async () => {
    const { tools } = aCluster(() => ({ kind: 'already-exists', detail: 'it exists' }));
    const canary = aDeploymentCanary();
    const primary = { ...target, metadata: { ...target.metadata, name: 'podinfo-primary' } };
    const view: View = {
      canary,
      kind: targetKind(canary.target),
      look: lookAt([target, primary], { canary }),
      routing: err('not looked at'),
    };

    const done = await perform(tools, view, { kind: 'keep-snapshot', revision: revision('1-ab') }, signal);

    expect(done).toEqual(
      err({
        kind: 'invalid',
        detail:
          'ControllerRevision podinfo-promoted exists and is not a snapshot of ours; delete or rename it',
      }),
    );
  });
});
