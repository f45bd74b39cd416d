import { describe, expect, it } from '@jest/globals';
import { converge } from '../../../src/core/converge.ts';
import type { Action, Observed, Status } from '../../../src/core/model.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { aParsedCanary } from '../../support/canary-object.ts';

const { spec, status } = aParsedCanary();
const now = instant(Date.UTC(2026, 0, 1));

/** Half of the traffic is on the canary, under another mark. */
const observed: Observed = {
  workload: 'Deployment/podinfo',
  target: undefined,
  primary: undefined,
  snapshots: [],
  routes: { canary: percent(50), mirrored: false, mark: 7, since: now, drifted: false },
  place: 'istio/podinfo',
  left: [],
  services: true,
  autoscaler: true,
  formerAutoscaler: false,
  finalizer: false,
  released: false,
};

function actionsOf(reason: string): readonly Action[] {
  const here = { place: 'istio/podinfo', routesMark: 2 } as const;
  const failed: Status = { ...status, ...here, origin: 'ours', phase: 'Failed' };
  return converge(spec, { ...failed, invalid: { reason, detail: '', since: now } }, observed, now);
}

describe('in a namespace that is being deleted', () => {
  const ours: Status = { ...status, origin: 'ours', place: 'istio/podinfo', phaseSince: now };
  const ending = { ...observed, ending: true, services: false, finalizer: true } as const;
  const reverting = { ...spec, revertOnDeletion: true };

  it('nothing is made again', () => {
    const failed: Status = { ...ours, phase: 'Failed' };
    const { ending: _, ...living } = ending;
    expect(converge(reverting, failed, living, now)).not.toEqual([]);
    expect(converge(reverting, failed, ending, now)).toEqual([]);
  });

  it('a Canary is let go at once, since nobody is left to be served', () => {
    const leaving: Status = { ...ours, phase: 'Terminating' };
    expect(converge(reverting, leaving, ending, now)).toEqual([{ kind: 'set-finalizer', present: false }]);
  });
});

describe('a failed Canary that cannot be followed', () => {
  it('brings its traffic home', () => {
    expect(actionsOf('InvalidSpec')).toEqual([
      { kind: 'set-routes', routes: { canary: 0, mirrored: false }, mark: 2 },
    ]);
  });

  it.each(['DuplicateTarget', 'DuplicateService'])('leaves the routes to the older Canary: %s', (reason) => {
    expect(actionsOf(reason)).toEqual([]);
  });

  it.each(['DuplicateTarget', 'DuplicateService'])('is let go without taking traffic along: %s', (reason) => {
    const leaving: Status = { ...status, origin: 'ours', phase: 'Terminating', phaseSince: now };
    const seen = { ...observed, finalizer: true };
    const actions = (invalid: Status['invalid']): readonly Action[] =>
      converge({ ...spec, revertOnDeletion: true }, { ...leaving, invalid }, seen, now);
    expect(actions({ reason, detail: '', since: now })).toEqual([{ kind: 'set-finalizer', present: false }]);
    expect(actions(undefined)).toEqual([{ kind: 'release-traffic' }]);
  });
});

describe('a Canary that no longer asks to be given back', () => {
  const seen = { ...observed, finalizer: true };
  const ours: Status = { ...status, origin: 'ours', place: 'istio/podinfo', phaseSince: now };
  const freed: Action = { kind: 'set-finalizer', present: false };
  const actions = (phase: Status['phase'], revertOnDeletion: boolean): readonly Action[] =>
    converge({ ...spec, revertOnDeletion }, { ...ours, phase }, seen, now);

  it('may be deleted at once, also where it is being given back already', () => {
    expect(actions('Succeeded', false)).toContainEqual(freed);
    expect(actions('Succeeded', true)).not.toContainEqual(freed);
    expect(actions('Terminating', false)).toEqual([freed]);
    expect(actions('Terminating', true)).toEqual([{ kind: 'release-traffic' }]);
  });
});
