/** A Service that users have used for long is taken over, and never leads nowhere. */
import assert from 'node:assert/strict';
import { textAt } from '../../harness/look.ts';
import { canary, deployment, GOOD, image } from '../manifests.ts';
import { hostOf, PLAIN } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { ownService } from './deletion.ts';
import { everybodyMovesOver } from './progressive.ts';

export const adoption: Scenario = {
  name: 'adoption',
  title: 'an existing Service is adopted and released through without a moment without endpoints',
  measures: 0,
  play: async (act) => {
    const app = act.application(await act.namespace());
    const host = hostOf(app, PLAIN);
    await act.cluster.apply(
      deployment({ ...app.place, replicas: 2 }),
      ownService(app),
      ...PLAIN.objects(app, host),
    );
    const users = act.visitors(host);
    await act.open(users);
    users.keepComing(20);
    const endpoints = act.endpoints(app.namespace, app.name);
    await app.comes('has both pods behind its Service', () => endpoints.now === 2);

    await act.cluster.apply(canary({ ...app.place, provider: PLAIN.provider, analysis: { iterations: 2 } }));
    await app.rests('Initialized');
    const adopted = await act.cluster.read('Service', app.place);
    assert.equal(textAt(adopted, 'spec', 'selector', 'app'), `${app.name}-primary`);

    await app.push(GOOD);
    await app.rests('Succeeded');
    assert.equal(app.primaryImage, image(GOOD));
    await everybodyMovesOver({ act, app, users }, GOOD);
    act.say(`its Service never had fewer than ${endpoints.least} ready endpoints`);
    assert.ok(endpoints.least >= 1, 'the Service had no endpoints for a moment');
  },
};
