/** How KEDA's autoscaler is copied for the primary, and told to leave the target at nothing. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import type { Status } from '../../../src/core/model.ts';
import {
  isPaused,
  pauseAutoscaler,
  renderAutoscaler,
  resumeFormer,
} from '../../../src/targets/autoscalers.ts';
import { deployment } from '../../../src/targets/deployment.ts';
import { objectIn } from '../../support/canaries.ts';
import { canary, configs, edit, lookAt, target } from '../../support/deployments.ts';

const PAUSED = 'autoscaling.keda.sh/paused-replicas';
const REF = 'autoscalerRef: { apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: web';
const USERS = objectIn(`
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: web
  namespace: test
  resourceVersion: "7"
  labels: { team: web, scaledobject.keda.sh/name: web }
  annotations:
    scaledobject.keda.sh/transfer-hpa-ownership: "true"
    autoscaling.keda.sh/paused-replicas: "0"
  finalizers: [finalizer.keda.sh]
spec:
  scaleTargetRef: { name: podinfo }
  pollingInterval: 10
  minReplicaCount: 2
  maxReplicaCount: 9
  initialCooldownPeriod: 30
  advanced: { horizontalPodAutoscalerConfig: { name: web-hpa, behavior: {} } }
  triggers:
    - type: prometheus
      name: requests
      metadata: { serverAddress: http://prometheus, query: 'sum(rate(requests{app="podinfo-canary"}[1m]))', threshold: "5" }
    - type: cron
      metadata: { start: 0 8 * * *, end: 0 20 * * *, desiredReplicas: "4" }
status: { conditions: [] }
`);

function copyOf(object: KubeObject = USERS, more = '', others: readonly KubeObject[] = []): KubeObject {
  const rendered = renderAutoscaler(lookAt([object, ...others], { canary: canary(`${REF} ${more}}`) }));
  if (!rendered.ok || rendered.value === undefined) throw new Error('there is nothing to write');
  return rendered.value;
}

const queryOf = (copy: KubeObject): unknown => {
  const [first] = at(copy, 'spec', 'triggers') as readonly unknown[];
  return at(first, 'metadata', 'query');
};

function asking(query: string): KubeObject {
  const [first, ...rest] = at(USERS, 'spec', 'triggers') as readonly KubeObject[];
  return edit(USERS, ['spec', 'triggers'], [edit(first ?? USERS, ['metadata', 'query'], query), ...rest]);
}

describe('the ScaledObject of a primary', () => {
  it('with everything else it says, fields newer than this program too, and not paused', () => {
    expect(copyOf()).toEqual({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: {
        name: 'web-primary',
        namespace: 'test',
        labels: { team: 'web' },
        annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' },
        ownerReferences: [expect.objectContaining({ kind: 'Canary', controller: true })],
      },
      spec: {
        ...(USERS['spec'] as object),
        scaleTargetRef: { kind: 'Deployment', name: 'podinfo-primary' },
        advanced: { horizontalPodAutoscalerConfig: { name: 'web-hpa-primary', behavior: {} } },
        triggers: [
          {
            type: 'prometheus',
            name: 'requests',
            metadata: {
              serverAddress: 'http://prometheus',
              query: 'sum(rate(requests{app="podinfo-primary"}[1m]))',
              threshold: '5',
            },
          },
          (at(USERS, 'spec', 'triggers') as readonly unknown[])[1],
        ],
      },
    });
  });

  it.each([
    ['sum(rate(requests{app="podinfo"}[1m]))', 'sum(rate(requests{app="podinfo-primary"}[1m]))'],
    ['sum(rate(requests{app="podinfo-canary"}[1m]))', 'sum(rate(requests{app="podinfo-primary"}[1m]))'],
    [
      'a{app="podinfo-canary"} + a{app="podinfo"} + a{pod=~"podinfo-.*"}',
      'a{app="podinfo-primary"} + a{app="podinfo-primary"} + a{pod=~"podinfo-primary-.*"}',
    ],
    ['rq{cluster=~"test_podinfo-canary_[0-9]+"}', 'rq{cluster=~"test_podinfo-primary_[0-9]+"}'],
    ['a{app="podinfo-primary"}', 'a{app="podinfo-primary"}'],
    ['a{app="mypodinfo"}', 'a{app="mypodinfo"}'],
  ])('%s becomes %s', (query, then) => {
    expect(queryOf(copyOf(asking(query)))).toBe(then);
  });

  it('follows the polling interval of the target’s', () => {
    const kept = edit(copyOf(), ['metadata', 'resourceVersion'], '8');
    const edited = edit(USERS, ['spec', 'pollingInterval'], 20);

    expect(copyOf(edited, '', [kept])).toMatchObject({
      spec: { pollingInterval: 20 },
      metadata: { resourceVersion: '8' },
    });
    expect(renderAutoscaler(lookAt([USERS, kept], { canary: canary(`${REF}}`) }))).toEqual({
      ok: true,
      value: undefined,
    });
  });

  it('has bounds of its own where the Canary names some', () => {
    const spec = at(copyOf(USERS, ', primaryScalerReplicas: { minReplicas: 3, maxReplicas: 15 }'), 'spec');

    expect(spec).toMatchObject({ minReplicaCount: 3, maxReplicaCount: 15 });
    expect(spec).not.toHaveProperty('minReplicas');
  });

  it('asks what the Canary names, where it names a query', () => {
    const query = 'sum(mine)';
    const copy = copyOf(USERS, `, primaryScalerQueries: { requests: ${query} }`);

    expect(queryOf(copy)).toBe(query);
    // Whoever names some has said what he means by the others.
    expect(queryOf(copyOf(USERS, ', primaryScalerQueries: { others: x }'))).toBe(queryOf(USERS));
  });

  it('what KEDA writes into the copy itself is not taken away', () => {
    const kept = edit(copyOf(), ['metadata', 'labels'], {
      team: 'web',
      'scaledobject.keda.sh/name': 'web-primary',
    });

    expect(renderAutoscaler(lookAt([USERS, kept], { canary: canary(`${REF}}`) }))).toEqual({
      ok: true,
      value: undefined,
    });
  });
});

describe('a ScaledObject is paused at nothing, and resumed', () => {
  const look = (users: KubeObject, status: Partial<Status> = {}, spec = `${REF}}`) =>
    lookAt([target, users, ...configs], {
      canary: canary(spec, { autoscaler: 'ScaledObject/web', ...status }),
    });
  const running = edit(USERS, ['metadata', 'annotations'], {});

  it('under the version that was seen, and only where it changes something', () => {
    const patch = (value: string | null) => ({
      metadata: { resourceVersion: '7', annotations: { [PAUSED]: value } },
    });

    expect(pauseAutoscaler(look(running), true)?.patch).toEqual(patch('0'));
    expect(pauseAutoscaler(look(USERS), false)?.patch).toEqual(patch(null));
    expect(pauseAutoscaler(look(running), false)).toBeUndefined();
    expect(pauseAutoscaler(look(USERS), true)).toBeUndefined();
  });

  it('and a target is awake only when it may be scaled, at rest only when nothing may wake it', () => {
    const nothing = edit(target, ['spec', 'replicas'], 0);
    const scaledUp = (workload: KubeObject, users: KubeObject, park: Status['park']) =>
      deployment.observeTarget({ ...look(users, { park }), objects: [workload, users, ...configs] })
        ?.scaledUp;

    expect(scaledUp(target, USERS, 'none')).toBe(false);
    expect(scaledUp(target, running, 'none')).toBe(true);
    expect(scaledUp(nothing, running, 'due')).toBe(true);
    expect(scaledUp(nothing, USERS, 'due')).toBe(false);
    expect(scaledUp(target, USERS, 'due')).toBe(true);
  });

  it('also when the Canary names it no more', () => {
    expect(resumeFormer(look(USERS, {}, ''))?.ref.name).toBe('web');
    expect(resumeFormer(look(running, {}, ''))).toBeUndefined();
    expect(resumeFormer(look(USERS))).toBeUndefined();
    expect(isPaused(look(USERS, {}, ''))).toBeUndefined();
  });
});
