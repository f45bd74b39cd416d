/** One release of a lane, from push to rest, seen so that it can be compared with another one of the same lane. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Receiver } from '../../test/e2e/harness/receiver.ts';
import { textAt, valueAt } from '../../test/e2e/harness/look.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { heard, type Outcome } from '../crash/comparison.ts';
import type { Lane } from './lanes.ts';
import { sharesIn } from './traffic.ts';

const PAUSE = 500;
/** On the pod template: what tells one release from the next. */
const LABEL = 'release';

/** Pushes and waits until it rests; where it does not within `within` milliseconds, the end says so. */
export async function release(lane: Lane, web: Receiver, number: number, within: number): Promise<Outcome> {
  const { app, fate } = lane;
  const before = { events: await eventsOf(lane), ...heard(web, app), revision: app.revision };
  await push(lane, number, within);
  let stuck: string | undefined;
  try {
    await app.comes('is under way', () => app.revision !== before.revision, { within });
    await app.comes('rests', () => rests(lane), { within });
  } catch (error) {
    stuck = error instanceof Error ? error.message : String(error);
  }
  const events = await eventsOf(lane);
  const { calls, alerts } = heard(web, app);
  return {
    end: { ...(await endOf(lane, number, before.revision)), ...(stuck !== undefined && { stuck }), fate },
    events: [...events].filter(([name]) => !before.events.has(name)).map(([, text]) => text),
    calls: calls.slice(before.calls.length),
    alerts: alerts.slice(before.alerts.length),
  };
}

/** People try again while the API server is away; the same patch twice is one release. */
async function push({ app }: Lane, number: number, within: number): Promise<void> {
  const patience = Date.now() + within;
  for (;;) {
    try {
      await app.edit({ spec: { template: { metadata: { annotations: { [LABEL]: String(number) } } } } });
      return;
    } catch (error) {
      if (Date.now() > patience) throw error;
      await pause(PAUSE);
    }
  }
}

/** Texts by name of the Event. Why pods are not ready is told as often as it changes, and so left out. */
async function eventsOf({ act, app }: Lane): Promise<ReadonlyMap<string, string>> {
  const events = await act.cluster.readAll('Event', app.namespace);
  return new Map(
    events
      .filter((event) => textAt(event, 'involvedObject', 'kind') === 'Canary')
      .map((event) => [event.metadata.name, textAt(event, 'message')] as const)
      .filter(([, text]) => !text.includes(' not ready: ')),
  );
}

/** Either way: where it should not have failed, the comparison says so sooner than any patience would. */
function rests({ app }: Lane): boolean {
  const { phase, targetReplicas, canary } = app;
  const ended = phase === 'Succeeded' || phase === 'Failed';
  const owes = valueAt(canary, 'status', 'serin', 'outbox');
  return ended && targetReplicas === 0 && JSON.stringify(owes) === '[]';
}

/**
 * As the server has it: a watch that was cut off may not have come so far. Revisions are hashes and differ from release
 * to release: what counts is whose they are.
 */
async function endOf(
  { act, app, route }: Lane,
  number: number,
  revisionBefore: string,
): Promise<Outcome['end']> {
  const { cluster } = act;
  const canary = await cluster.read('Canary', app.place);
  const primary = await cluster.read('Deployment', { ...app.place, name: `${app.name}-primary` });
  const applied = textAt(canary, 'status', 'lastAppliedSpec');
  const promoted = textAt(canary, 'status', 'lastPromotedSpec');
  return {
    phase: textAt(canary, 'status', 'phase'),
    weight: valueAt(canary, 'status', 'canaryWeight'),
    applied: applied === revisionBefore ? 'the release before' : 'this release',
    promoted: promoted === applied ? 'this release' : 'the release before',
    failedChecks: valueAt(canary, 'status', 'failedChecks'),
    primary: labelOf(primary) === String(number) ? 'this release' : 'the release before',
    primaryReplicas: valueAt(primary, 'spec', 'replicas'),
    targetReplicas: valueAt(await cluster.read('Deployment', app.place), 'spec', 'replicas'),
    routes: sharesIn(route, await cluster.read(route, app.place)),
  };
}

function labelOf(deployment: KubeObject | undefined): string {
  return textAt(deployment, 'spec', 'template', 'metadata', 'annotations', LABEL);
}
