/** Traffic shifted by weight, through each kind of router: a good revision up and home, a bad one up and back. */
import assert from 'node:assert/strict';
import { textAt, valueAt } from '../../harness/look.ts';
import type { Act } from '../act.ts';
import type { Manifest } from '../kinds.ts';
import { GOOD, image, LATENCY, SLOW, SUCCESS } from '../manifests.ts';
import { GATEWAY, MESH, NGINX, SKIPPER, TRAEFIK, type Way } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle, smokeTest, type Setting, type Wish } from '../setting.ts';
import type { Visitors } from '../visitors.ts';

/** Hardly anybody, and hardly anybody left: where a router that counts in its own way shows it. */
const WEIGHTS = [1, 10, 50, 99];
/** For whom the router has been tried already. */
const FEW_WEIGHTS = [30, 60];
/** Enough for metrics to see soon that a revision is slow. */
const SLOPE = 30;

export const gateway: Scenario = {
  name: 'gateway',
  group: 'traffic',
  title: 'canary by Gateway API: a good revision is promoted, a slow one goes back',
  measures: WEIGHTS.length + 1,
  play: async (act) => {
    await upAndBack(act, GATEWAY, [SUCCESS, LATENCY], 'request duration');
  },
};

export const traefik: Scenario = {
  name: 'traefik',
  group: 'traffic',
  title: 'canary by TraefikService: a good revision is promoted, a slow one goes back',
  measures: WEIGHTS.length + 1,
  play: async (act) => {
    await upAndBack(act, TRAEFIK, [SUCCESS, LATENCY], 'request duration');
  },
};

export const nginx: Scenario = {
  name: 'nginx',
  group: 'traffic',
  title: 'canary by ingress-nginx annotations, judged by MetricTemplates of another namespace',
  measures: WEIGHTS.length + 1,
  play: async (act) => {
    const namespace = await act.namespace('-metrics');
    const templates = [
      template(act, namespace, 'latency', QUANTILE),
      template(act, namespace, 'success', RATE),
    ];
    await act.cluster.apply(...templates);
    const metrics = [
      {
        name: 'latency',
        templateRef: { name: 'latency', namespace },
        interval: '30s',
        thresholdRange: { max: 0.5 },
      },
      {
        name: 'answered',
        templateRef: { name: 'success', namespace },
        templateVariables: { unwanted: '5.*' },
        interval: '30s',
        thresholdRange: { min: 99 },
      },
    ];
    await upAndBack(act, NGINX, metrics, 'latency');
  },
};

export const skipper: Scenario = {
  name: 'skipper',
  group: 'traffic',
  title: 'canary by an Ingress of Skipper: a good revision is promoted, a slow one goes back',
  measures: WEIGHTS.length + 1,
  only: { kind: 'real', because: 'the router in memory does not read its annotations' },
  play: async (act) => {
    await upAndBack(act, SKIPPER, [SUCCESS, LATENCY], 'request duration');
  },
};

export const istio: Scenario = {
  name: 'istio',
  group: 'traffic',
  title: 'canary by VirtualService: a good revision is promoted, a slow one goes back',
  measures: WEIGHTS.length + 1,
  only: { kind: 'embedded', because: 'Istio itself does not run there' },
  play: async (act) => {
    await upAndBack(act, MESH, [SUCCESS, LATENCY], 'request duration');
  },
};

const PODS =
  'kubernetes_namespace="{{ namespace }}", kubernetes_pod_name=~"{{ target }}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"';
const QUANTILE = `histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket{ ${PODS} }[{{ interval }}])) by (le))`;
const RATE =
  `sum(rate(http_request_duration_seconds_count{ ${PODS}, status!~"{{ variables.unwanted }}" }[{{ interval }}])) / ` +
  `sum(rate(http_request_duration_seconds_count{ ${PODS} }[{{ interval }}])) * 100`;

function template(act: Act, namespace: string, name: string, query: string): Manifest {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { namespace, name },
    spec: { provider: { type: 'prometheus', address: act.stage.prometheus }, query },
  };
}

/** A DaemonSet has one pod here, and gives it back in the end. */
export const daemonSet: Scenario = {
  name: 'daemonset',
  title: 'canary of a DaemonSet: promoted, gone back from, and given back; at rest it runs on no node',
  measures: FEW_WEIGHTS.length + 1,
  play: async (act) => {
    const more = { kind: 'DaemonSet', weights: FEW_WEIGHTS, spec: { revertOnDeletion: true } } as const;
    const { app, users } = await upAndBack(act, GATEWAY, [SUCCESS, LATENCY], 'request duration', more);
    const finalizers = app.canary?.metadata.finalizers ?? [];
    assert.ok(finalizers.includes('finalizer.flagger.app'), 'the finalizer is visible');
    await users.leave();
    await act.cluster.remove('Canary', app.place);
    await app.comes('is gone', () => app.canary === undefined);
    assert.equal(app.targetReplicas, 1, 'it runs again');
    // Of the slow revision, which may fail a probe now and then.
    await app.comes('serves again', () => {
      const status = app.workload('target')?.['status'];
      return valueAt(status, 'numberReady') === valueAt(status, 'desiredNumberScheduled');
    });
  },
};

async function upAndBack(
  act: Act,
  way: Way,
  metrics: readonly unknown[],
  complaint: string,
  { weights = WEIGHTS, ...more }: Pick<Wish, 'kind' | 'spec'> & { readonly weights?: readonly number[] } = {},
): Promise<Setting> {
  const setting = await settle(act, {
    ...more,
    way,
    analysis: (app) => ({
      stepWeights: weights,
      metrics,
      webhooks: [smokeTest(act, app), gate(act, 'confirm-traffic-increase')],
    }),
  });
  await up(setting, weights);
  await back(setting, complaint);
  return setting;
}

/** To the last weight, counted at each, and home. */
async function up(setting: Setting, weights: readonly number[]): Promise<void> {
  const { act, app, users } = setting;
  await app.push(GOOD);
  for (const weight of weights) await climb(setting, weight, GOOD);
  await act.openGate(app);
  await app.rests('Succeeded');
  await act.closeGate(app);
  assert.equal(app.primaryImage, image(GOOD));
  assert.deepEqual(
    app.told.filter((text) => text.startsWith('Advance')),
    weights.map((weight) => `Advance ${app.name}.${app.namespace} canary weight ${weight}`),
  );
  await everybodySees(users, GOOD);
}

/** Held at a weight until the metrics have seen enough. */
async function back(setting: Setting, complaint: string): Promise<void> {
  const { act, app, users } = setting;
  await act.cluster.patch('Canary', app.place, { spec: { analysis: { stepWeights: [SLOPE] } } });
  await app.push(SLOW.version, SLOW.flags);
  await climb(setting, SLOPE, SLOW.version);
  await app.rests('Failed');
  const halts = app.told.filter((text) => text.startsWith('Halt') && text.includes(complaint));
  assert.notDeepEqual(halts, [], `no event says why it was halted: ${app.told.join('; ')}`);
  assert.equal(app.primaryImage, image(GOOD));
  assert.equal(app.weight, 0);
  await everybodySees(users, GOOD);
}

/** Through the gate once, and counted while it is closed again. */
export async function climb(
  { act, way, app, host, users }: Setting,
  weight: number,
  version: string,
): Promise<void> {
  await act.openGate(app);
  await app.comes(`has weight ${weight}`, () => app.weight === weight);
  await act.closeGate(app);
  await act.measure(app, users, { weight, by: way.splitter, host, version });
}

export async function everybodySees(users: Visitors, version: string): Promise<void> {
  const answers = await users.crowd(50);
  assert.deepEqual([...new Set(answers.map((visit) => visit.version))], [version]);
}

/** A router gathers what it hears of endpoints for a moment, half a second or two, before it takes it up. */
const WORD_GETS_ROUND = 3_000;

/**
 * After a promotion that nothing but the Service's endpoints made known to the router. It has ended when no pod of
 * another version is to stay; one that leaves answers to the last, and may be asked until the router has heard of it.
 */
export async function everybodyMovesOver({ act, app, users }: Cast, version: string): Promise<void> {
  const pods = await act.cluster.readAll('Pod', app.namespace);
  const staying = pods.filter(
    ({ metadata: { deletionTimestamp, labels } }) =>
      deletionTimestamp === undefined && labels?.['app'] === `${app.name}-primary`,
  );
  const images = staying.map((pod) => textAt(pod, 'spec', 'containers', 0, 'image'));
  assert.deepEqual([...new Set(images)], [image(version)], 'it was said to have ended before it had');
  const moved = async (): Promise<boolean> =>
    (await users.crowd(10)).every((visit) => visit.version === version);
  await app.comes(`shows ${version} to everybody`, moved, { within: WORD_GETS_ROUND });
  await everybodySees(users, version);
}

type Cast = Pick<Setting, 'act' | 'app' | 'users'>;
