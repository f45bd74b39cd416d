/** One release from push to rest, and whether it ended as the same release did where nothing was disturbed. */
import { textAt, valueAt } from '../../test/e2e/harness/look.ts';
import type { Rollout } from '../../test/e2e/harness/rollout.ts';
import type { World } from '../../test/e2e/harness/world.ts';
import { CONFIGURED, type Fate, type Lane } from './lanes.ts';

const GOOD_RATE = 100;
const BAD_RATE = 42.5;

export interface Outcome {
  /** Phase, revisions, images, replicas and routes: what has to be equal. */
  readonly end: Readonly<Record<string, unknown>>;
  /** What was told, once for each Event. */
  readonly events: readonly string[];
  /** What the event webhook was sent: the text and the time that is the same in a repeat. */
  readonly calls: readonly string[];
  readonly alerts: readonly string[];
}

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
    metadata: { name: 'settings', namespace: 'test' },
    data: { number: String(number) },
  };
}

function told(world: World, { name, told: events }: Rollout): Pick<Outcome, 'events' | 'calls' | 'alerts'> {
  const calls = world.web
    .at('/events')
    .filter((body) => textAt(body, 'name') === name)
    .map((body) => `${textAt(body, 'metadata', 'timestamp')} ${textAt(body, 'metadata', 'eventMessage')}`)
    .filter((call) => !call.includes(' not ready: '));
  const alerts = world.web
    .at('/slack')
    .filter((body) => textAt(body, 'attachments', 0, 'author_name') === `${name}.test`)
    .map((body) => textAt(body, 'attachments', 0, 'text'));
  return { events, calls, alerts };
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

/** Everything that is wrong with a disturbed release, as sentences. */
export function differences(twin: Outcome, storm: Outcome): readonly string[] {
  return [
    ...Object.keys({ ...twin.end, ...storm.end })
      .filter((part) => JSON.stringify(twin.end[part]) !== JSON.stringify(storm.end[part]))
      .map((part) => `${part} is ${JSON.stringify(storm.end[part])}, not ${JSON.stringify(twin.end[part])}`),
    ...missing('event', twin.events, storm.events),
    ...missing('event', storm.events, twin.events).map((text) =>
      text.replace('lost', 'told although not told by the twin'),
    ),
    ...missing('call of the event webhook', texts(twin.calls), texts([...new Set(storm.calls)])),
    ...missing('call with a key of its own', texts([...new Set(storm.calls)]), texts(twin.calls)),
    ...missing('alert', twin.alerts, storm.alerts),
  ];
}

/** Without the time. */
function texts(calls: readonly string[]): readonly string[] {
  return calls.map((call) => call.slice(call.indexOf(' ') + 1));
}

function missing(what: string, wanted: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...found];
  return wanted.flatMap((text) => {
    const at = left.indexOf(text);
    if (at < 0) return [`${what} lost: ${text}`];
    left.splice(at, 1);
    return [];
  });
}
