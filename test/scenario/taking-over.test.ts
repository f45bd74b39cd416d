/** A Canary that Flagger has driven until now. */
import { newborn, type WorldState } from '../../src/rehearsal/world.ts';
import { UNTOUCHED } from '../../src/core/takeover.ts';
import { instant, percent, revision } from '../../src/shared/brand.ts';
import type { Status } from '../../src/core/model.ts';
import { aCanary, tellScenarios } from '../support/scenarios.ts';
import { push } from '../support/stories.ts';

/** As Flagger leaves it: routes without our mark, no snapshot, and revisions whose names say nothing to us. */
function leftByFlagger(status: Partial<Status>, at: number): WorldState {
  const born = newborn(aCanary());
  const moving = at > 0;
  return {
    ...born,
    status: { ...UNTOUCHED, origin: 'flagger', ...status },
    target: { revision: revision(moving ? 'v2' : 'v1'), generation: 4, up: moving },
    primary: { revision: revision('v1') },
    services: true,
    routes: { canary: percent(at), mirrored: false, mark: -1, since: instant(0), drifted: false },
  };
}

tellScenarios('taking over', [
  {
    says: 'a Canary that rests is taken over without a run',
    start: leftByFlagger({ phase: 'Succeeded' }, 0),
    story: { happens: { '2m': push('v2') } },
    whole: true,
  },
  {
    says: 'a run that Flagger began goes on from where the traffic is',
    start: leftByFlagger({ phase: 'Progressing' }, 20),
    story: {},
    whole: true,
  },
]);
