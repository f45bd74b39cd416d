/** How a primary gets a copy of the target's autoscaler, and what else an autoscaler means to a target. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import {
  autoscalerRefs,
  formerAutoscaler,
  pauseAutoscaler,
  renderAutoscaler,
} from '../../../src/targets/autoscalers.ts';
import { deployment } from '../../../src/targets/deployment.ts';
import { objectIn } from '../../support/canaries.ts';
import { canary, edit, lookAt, target } from '../../support/deployments.ts';

const REF = 'autoscalerRef: { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: web }';
const scaled = canary(REF);
const USERS = objectIn(`
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
  namespace: test
  uid: hpa-uid
  resourceVersion: "7"
  labels: { team: web, kustomize.toolkit.fluxcd.io/name: apps }
  annotations:
    metric-config/query: "sum(x)"
    kubectl.kubernetes.io/last-applied-configuration: "{}"
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  minReplicas: 3
  maxReplicas: 9
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 99 } } }]
  behavior: { scaleDown: { stabilizationWindowSeconds: 60 } }
  newerThanThisProgram: { kept: true }
status: { currentReplicas: 3 }
`);

function copyOf(objects: readonly KubeObject[], by: Canary = scaled): KubeObject {
  const rendered = renderAutoscaler(lookAt(objects, { canary: by }));
  if (!rendered.ok || rendered.value === undefined) throw new Error('there is nothing to write');
  return rendered.value;
}

/** As the API server keeps it. */
const kept = edit(copyOf([USERS]), ['metadata', 'resourceVersion'], '8');

describe('the HPA of a primary', () => {
  it('says what the target’s says, about the primary', () => {
    expect(copyOf([USERS])).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: {
        name: 'web-primary',
        namespace: 'test',
        labels: { team: 'web' },
        annotations: { 'metric-config/query': 'sum(x)' },
        ownerReferences: [
          expect.objectContaining({ kind: 'Canary', name: 'podinfo', uid: 'canary-uid', controller: true }),
        ],
      },
      spec: {
        ...(USERS['spec'] as object),
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo-primary' },
      },
    });
  });

  it.each(['autoscaling/v2', 'autoscaling/v2beta2', 'autoscaling/v2beta1', 'autoscaling/v1'])(
    'is the same whatever version the Canary names: %s',
    (version) => {
      const by = canary(REF.replace('autoscaling/v2', version));
      expect(copyOf([USERS], by)).toEqual(copyOf([USERS]));
      expect(autoscalerRefs(by).map(({ apiVersion, name }) => `${apiVersion} ${name}`)).toEqual([
        'autoscaling/v2 web',
        'autoscaling/v2 web-primary',
      ]);
    },
  );

  it('has bounds of its own where the Canary names some', () => {
    const bounded = REF.replace(' }', ', primaryScalerReplicas: { minReplicas: 2, maxReplicas: 15 } }');
    expect(copyOf([USERS], canary(bounded))['spec']).toMatchObject({ minReplicas: 2, maxReplicas: 15 });
    const half = REF.replace(' }', ', primaryScalerReplicas: { maxReplicas: 15 } }');
    expect(copyOf([USERS], canary(half))['spec']).toMatchObject({ minReplicas: 3, maxReplicas: 15 });
  });

  it('is not written again while it is so', () => {
    const status = edit(kept, ['status'], { currentReplicas: 5 });
    expect(renderAutoscaler(lookAt([USERS, status], { canary: scaled }))).toEqual({
      ok: true,
      value: undefined,
    });
  });

  it.each([
    ['metrics', []],
    ['maxReplicas', 12],
    ['behavior', undefined],
  ])('follows the target’s at once: %s', (field, value) => {
    const edited = edit(USERS, ['spec', field], value);
    const again = copyOf([edited, kept]);
    expect(at(again, 'spec', field)).toEqual(value);
    expect(again.metadata.resourceVersion).toBe('8');
  });

  it('follows its labels and annotations, and keeps what others put on the copy', () => {
    const edited = edit(USERS, ['metadata', 'labels'], { team: 'shop' });
    const noted = edit(kept, ['metadata', 'annotations', 'example.com/note'], 'kept');
    const { labels, annotations } = copyOf([edited, noted]).metadata;
    expect(labels).toEqual({ team: 'shop' });
    expect(annotations).toEqual({ 'metric-config/query': 'sum(x)', 'example.com/note': 'kept' });
  });

  it('is put right when somebody edits it', () => {
    expect(at(copyOf([USERS, edit(kept, ['spec', 'maxReplicas'], 1)]), 'spec', 'maxReplicas')).toBe(9);
  });

  it('is the only one that is written: the user’s stays on the target, and is never told to rest', () => {
    const look = lookAt([USERS, target], { canary: scaled });

    expect([pauseAutoscaler(look, true), pauseAutoscaler(look, false)]).toEqual([undefined, undefined]);
    expect(copyOf([USERS]).metadata.name).toBe('web-primary');
  });

  it('cannot be made of what is not there', () => {
    expect(renderAutoscaler(lookAt([kept], { canary: scaled }))).toEqual({
      ok: false,
      error: 'HorizontalPodAutoscaler web.test not found',
    });
  });

  it('does not take the place of one that scales something else', () => {
    const other = edit(kept, ['spec', 'scaleTargetRef', 'name'], 'shop');
    expect(renderAutoscaler(lookAt([USERS, other], { canary: scaled }))).toEqual({
      ok: false,
      error:
        'HorizontalPodAutoscaler web-primary.test exists and scales Deployment shop, not Deployment podinfo-primary; delete or rename it',
    });
  });

  it('takes over one of that name that scales the primary, and leaves it to its owner', () => {
    const theirs = edit(edit(kept, ['metadata', 'ownerReferences'], undefined), ['spec', 'maxReplicas'], 4);
    const written = copyOf([USERS, theirs]);
    expect(at(written, 'spec', 'maxReplicas')).toBe(9);
    expect(written.metadata.ownerReferences).toBeUndefined();
  });

  it('is none where the Canary names none, or a kind that is not copied', () => {
    const other =
      'autoscalerRef: { apiVersion: datadoghq.com/v1alpha1, kind: WatermarkPodAutoscaler, name: web }';
    for (const by of [canary(), canary(other)]) {
      expect(renderAutoscaler(lookAt([USERS], { canary: by }))).toEqual({ ok: true, value: undefined });
      expect(autoscalerRefs(by)).toEqual([]);
    }
  });
});

describe('the copy of an autoscaler that is named no more', () => {
  const renamed = canary(REF.replace('web', 'shop'), { autoscaler: 'HorizontalPodAutoscaler/web' });

  it('is found by what the status remembers', () => {
    expect(autoscalerRefs(renamed).map(({ name }) => name)).toEqual([
      'shop',
      'shop-primary',
      'web',
      'web-primary',
    ]);
    expect(formerAutoscaler(lookAt([kept], { canary: renamed }))).toBe(kept);
    const dropped = canary('', { autoscaler: 'HorizontalPodAutoscaler/web' });
    expect(formerAutoscaler(lookAt([kept], { canary: dropped }))).toBe(kept);
  });

  it('is not somebody else’s', () => {
    const theirs = edit(kept, ['metadata', 'ownerReferences'], []);
    expect(formerAutoscaler(lookAt([theirs], { canary: renamed }))).toBeUndefined();
  });

  it('is none while it is named', () => {
    const same = canary(REF, { autoscaler: 'HorizontalPodAutoscaler/web' });
    expect(formerAutoscaler(lookAt([kept], { canary: same }))).toBeUndefined();
  });
});

describe('an autoscaled target', () => {
  const parked = edit(target, ['spec', 'replicas'], 0);
  const primary = edit(edit(target, ['metadata', 'name'], 'podinfo-primary'), ['spec', 'replicas'], 8);
  const woken = (by: Canary, ...objects: readonly KubeObject[]): unknown =>
    at(
      deployment.scaleTarget(lookAt([parked, primary, ...objects], { canary: by }), true),
      'spec',
      'replicas',
    );

  it('wakes with as few replicas as its autoscaler allows', () => {
    expect(woken(scaled, USERS)).toBe(3);
  });

  it('wakes with one where the autoscaler does not say, or says less', () => {
    expect(woken(scaled, edit(USERS, ['spec', 'minReplicas'], undefined))).toBe(1);
    expect(woken(scaled, edit(USERS, ['spec', 'minReplicas'], 0))).toBe(1);
  });

  it('wakes with as many as serve now where nothing scales it, or its autoscaler is gone', () => {
    expect(woken(canary(), USERS)).toBe(8);
    expect(woken(scaled)).toBe(8);
  });

  it('comes back with as many as serve now when its Canary goes', () => {
    expect(woken(canary(REF, { phase: 'Terminating' }), USERS)).toBe(8);
  });
});
