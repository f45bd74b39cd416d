/** A Canary deleted while half of all users are with the canary. */
import assert from 'node:assert/strict';
import { imageOf } from '../application.ts';
import { GOOD, image } from '../manifests.ts';
import { NGINX } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle } from '../setting.ts';
import { ownService } from './deletion.ts';
import { climb, everybodySees } from './progressive.ts';

const WEIGHT = 50;

export const deletionAmid: Scenario = {
  name: 'deletion-amid',
  title: 'deleted with revertOnDeletion in the middle of a run, a Canary loses no request either',
  measures: 1,
  play: async (act) => {
    const setting = await settle(act, {
      way: NGINX,
      analysis: () => ({
        stepWeight: WEIGHT,
        maxWeight: WEIGHT,
        webhooks: [gate(act, 'confirm-traffic-increase')],
      }),
      workload: { replicas: 2 },
      spec: { revertOnDeletion: true },
      objects: (app) => [ownService(app)],
    });
    const { app, users } = setting;
    await app.push(GOOD);
    await climb(setting, WEIGHT, GOOD);
    const endpoints = act.endpoints(app.namespace, app.name);
    await act.cluster.remove('Canary', app.place);
    await app.comes('is gone', () => app.canary === undefined);
    await app.comes('has no primary any more', () => app.workload('primary') === undefined);
    assert.equal(imageOf(app.workload('target')), image(GOOD));
    const canary = { namespace: app.namespace, name: `${app.name}-canary` };
    await app.comes('has no Ingress of the canary any more', async () => {
      return (await act.cluster.read('Ingress', canary)) === undefined;
    });
    await everybodySees(users, GOOD);
    act.say(`its Service never had fewer than ${endpoints.least} ready endpoints`);
    assert.ok(endpoints.least >= 1, 'the Service had no endpoints for a moment');
  },
};
