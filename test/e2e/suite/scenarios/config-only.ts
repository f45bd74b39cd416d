/** A release of nothing but configuration. */
import assert from 'node:assert/strict';
import type { Manifest } from '../kinds.ts';
import { image } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { settle } from '../setting.ts';

function settings(namespace: string, message: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: 'settings' },
    data: { PODINFO_UI_MESSAGE: message },
  };
}

export const configOnly: Scenario = {
  name: 'config-only',
  title: 'a changed ConfigMap is released by weight, and the primary keeps the old data until it is promoted',
  measures: 0,
  play: async (act) => {
    const { app, users } = await settle(act, {
      way: GATEWAY,
      analysis: () => ({ stepWeight: 50, maxWeight: 50 }),
      workload: { container: { envFrom: [{ configMapRef: { name: 'settings' } }] } },
      objects: ({ namespace }) => [settings(namespace, 'blue')],
    });
    const promoted = async (): Promise<unknown> => {
      const copy = await act.cluster.read('ConfigMap', {
        namespace: app.namespace,
        name: 'settings-primary',
      });
      return copy?.['data'];
    };
    assert.deepEqual(await promoted(), { PODINFO_UI_MESSAGE: 'blue' });
    await act.cluster.apply(settings(app.namespace, 'green'));
    await app.comes('shows both messages', () => {
      const seen = new Set(users.visits.map(({ message }) => message));
      return seen.has('blue') && seen.has('green');
    });
    await app.rests('Succeeded');
    const early = users.visits.filter(
      ({ message, began }) => message === 'green' && began < app.beginOf('Progressing'),
    );
    assert.deepEqual(early, []);
    assert.deepEqual(await promoted(), { PODINFO_UI_MESSAGE: 'green' });
    assert.equal(app.primaryImage, image('6.0.0'));
    const answers = await users.crowd(50);
    assert.deepEqual([...new Set(answers.map(({ message }) => message))], ['green']);
  },
};
