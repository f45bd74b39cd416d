/** One release from push to rest. */
import { textAt, valueAt } from '../../test/e2e/harness/look.ts';
import type { Rollout } from '../../test/e2e/harness/rollout.ts';
import { NAMESPACE, type World } from '../../test/e2e/harness/world.ts';
import { heard, type Outcome } from './comparison.ts';
import { CONFIGURED, type Fate, type Lane } from './lanes.ts';

const GOOD_RATE = 100;
const BAD_RATE = 42.5;

export interface Release {
  readonly number: number;
  readonly fate: Fate;
}

/** Pushes and waits; where it does not come to rest within `within` milliseconds the end says so. */
export async function release(
  world: World,
  lane: Lane,
  rollout: Rollout,
  { number, fate }: Release,
  within: number,
): Promise<Outcome> {
  const { name, applied: since } = rollout;
  const before = told(world, rollout);
  world.metrics.say(name, fate === 'bad' ? BAD_RATE : GOOD_RATE);
  if (lane.kind === CONFIGURED) world.apply(settings(number));
  else await rollout.push(`${name}:${fate === 'stuck' ? 'broken' : 'v'}${number}`);
  let stuck: unknown;
  try {
    await rollout.rests(fate === 'good' ? 'Succeeded' : 'Failed', { within, since });
  } catch (error) {
    stuck = error instanceof Error ? error.message : error;
  }
  const after = told(world, rollout);
  return {
    end: { ...endOf(world, rollout), ...(stuck !== undefined && { stuck }) },
    events: after.events.slice(before.events.length),
    calls: after.calls.slice(before.calls.length),
    alerts: after.alerts.slice(before.alerts.length),
  };
}

export function settings(number: number): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: NAMESPACE },
    data: { number: String(number) },
  };
}

function told({ web }: World, { name, told: events }: Rollout): Pick<Outcome, 'events' | 'calls' | 'alerts'> {
  return { events, ...heard(web, { name, namespace: NAMESPACE }) };
}

function endOf(world: World, rollout: Rollout): Outcome['end'] {
  const { phase, weight, primaryImage, primaryReplicas, targetReplicas, canary, name } = rollout;
  return {
    phase,
    weight,
    applied: textAt(canary, 'status', 'lastAppliedSpec'),
    promoted: textAt(canary, 'status', 'lastPromotedSpec'),
    failedChecks: valueAt(canary, 'status', 'failedChecks'),
    primaryImage,
    primaryReplicas,
    targetReplicas,
    mesh: valueAt(world.get('VirtualService', name), 'spec'),
    route: valueAt(world.get('HTTPRoute', name), 'spec'),
    service: valueAt(world.get('Service', name), 'spec', 'selector'),
    config: name === CONFIGURED && valueAt(world.get('ConfigMap', 'settings-primary'), 'data'),
  };
}
