/** A workload whose size is an autoscaler's business, before, during and after a release. */
import assert from 'node:assert/strict';
import { textAt, valueAt } from '../../harness/look.ts';
import { replicasOf } from '../application.ts';
import type { Manifest } from '../kinds.ts';
import { GOOD, image } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle } from '../setting.ts';
import { everybodySees } from './progressive.ts';

const HPA = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };

function autoscaler(place: { readonly namespace: string; readonly name: string }): Manifest {
  const target = { type: 'Utilization', averageUtilization: 80 };
  return {
    ...HPA,
    metadata: { namespace: place.namespace, name: place.name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: place.name },
      minReplicas: 2,
      maxReplicas: 4,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}

export const hpa: Scenario = {
  name: 'hpa',
  title: 'a HorizontalPodAutoscaler scales the primary by a copy, and the canary while it has users',
  measures: 0,
  play: async (act) => {
    const { app, users } = await settle(act, {
      way: GATEWAY,
      analysis: () => ({
        stepWeight: 50,
        maxWeight: 50,
        webhooks: [gate(act, 'confirm-promotion')],
      }),
      // Far more than it needs, so that only the bounds decide.
      workload: { container: { resources: { requests: { cpu: '50m' } } } },
      spec: { autoscalerRef: { ...HPA, name: 'podinfo' } },
      objects: ({ namespace, name }) => [autoscaler({ namespace, name })],
    });
    const copy = { namespace: app.namespace, name: `${app.name}-primary` };
    const primary = (): number => replicasOf(app.workload('primary'));
    const copied = act.cluster.see('HorizontalPodAutoscaler', copy);
    assert.equal(textAt(copied, 'spec', 'scaleTargetRef', 'name'), copy.name);
    await app.comes('has a primary of 2', () => primary() === 2);

    await act.cluster.patch('HorizontalPodAutoscaler', app.place, { spec: { minReplicas: 3 } });
    await app.comes('has a primary of 3, without a release', () => primary() === 3);
    assert.equal(app.phase, 'Initialized');
    assert.equal(app.targetReplicas, 0, 'the autoscaler leaves alone what is at rest');

    await app.push(GOOD);
    await app.reaches('WaitingPromotion');
    await app.comes('has a canary of 3', () => app.targetReplicas === 3);
    await act.openGate(app);
    await app.rests('Succeeded');
    assert.equal(app.primaryImage, image(GOOD));
    assert.equal(primary(), 3, 'promotion leaves the number to the autoscaler');
    const scales = act.cluster.see('HorizontalPodAutoscaler', app.place);
    assert.equal(valueAt(scales, 'spec', 'minReplicas'), 3, "the user's autoscaler is as the user left it");
    await everybodySees(users, GOOD);
  },
};
