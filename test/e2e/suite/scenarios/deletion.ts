/** The end of a Canary: with a revert, its users notice nothing. */
import assert from 'node:assert/strict';
import { textAt, valueAt } from '../../harness/look.ts';
import type { Act } from '../act.ts';
import type { Application } from '../application.ts';
import type { Manifest } from '../kinds.ts';
import { GOOD, image, PORT } from '../manifests.ts';
import { PLAIN } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { settle, type Setting } from '../setting.ts';
import { IN_A_HURRY } from '../stage.ts';
import { imageOf, replicasOf } from '../application.ts';
import { everybodySees } from './progressive.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A Service of the user's own, as it was before the Canary. */
export function ownService({ namespace, name }: Pick<Application, 'namespace' | 'name'>): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: PORT, targetPort: 'http' }] },
  };
}

export const deletion: Scenario = {
  name: 'deletion',
  title: 'deleted with revertOnDeletion, a Canary gives everything back and loses no request',
  measures: 0,
  play: async (act) => {
    await givesBack(act, { revertOnDeletion: true });
  },
};

export const deletionByFlag: Scenario = {
  name: 'deletion-flag',
  title: 'so does one that does not say, where the controller is started with -revert-on-deletion',
  measures: 0,
  pace: 'alone',
  only: { kind: 'embedded', because: 'what the flag stands for is played there as a field of the spec' },
  play: async (act) => {
    await act.stage.restart({ ...IN_A_HURRY, revertOnDeletion: true });
    try {
      await givesBack(act, {});
    } finally {
      await act.stage.restart(IN_A_HURRY);
    }
  },
};

/** Users keep coming all the time. */
async function givesBack(act: Act, spec: Fields): Promise<void> {
  const setting = await release(act, spec);
  const { app, users } = setting;
  const endpoints = act.endpoints(app.namespace, app.name);
  await act.cluster.remove('Canary', app.place);
  await app.comes('is gone', () => app.canary === undefined);
  assert.equal(app.targetReplicas, 2);
  assert.equal(imageOf(app.workload('target')), image(GOOD));
  assert.equal(await selectorOf(setting), app.name);
  await app.comes('has no primary any more', () => app.workload('primary') === undefined);
  await app.comes('has two pods behind its Service', () => endpoints.now === 2);
  await everybodySees(users, GOOD);
  act.say(`its Service never had fewer than ${endpoints.least} ready endpoints`);
  assert.ok(endpoints.least >= 1, 'the Service had no endpoints for a moment');
}

async function release(act: Act, spec: Fields): Promise<Setting> {
  const setting = await settle(act, {
    way: PLAIN,
    analysis: () => ({ iterations: 1 }),
    workload: { replicas: 2 },
    spec,
    objects: (app) => [ownService(app)],
  });
  const { app } = setting;
  await app.push(GOOD);
  await app.rests('Succeeded');
  assert.equal(await selectorOf(setting), `${app.name}-primary`);
  return setting;
}

async function selectorOf({ act, app }: Setting): Promise<string> {
  return textAt(await act.cluster.read('Service', app.place), 'spec', 'selector', 'app');
}

export const deletionPlain: Scenario = {
  name: 'deletion-plain',
  title: 'deleted without revertOnDeletion, a Canary goes at once with all that is its own, as documented',
  measures: 0,
  play: async (act) => {
    const { app, users } = await release(act, {});
    await users.leave();
    await act.cluster.remove('Canary', app.place);
    await app.comes('is gone', () => app.canary === undefined);
    await app.comes('has no primary any more', () => app.workload('primary') === undefined);
    assert.equal(replicasOf(app.workload('target')), 0, 'the target is left as it was');
    const service = await act.cluster.read('Service', app.place);
    assert.deepEqual(valueAt(service, 'metadata', 'ownerReferences') ?? [], []);
  },
};
