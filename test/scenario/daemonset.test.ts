/**
 * 10.1.20: a DaemonSet goes tick by tick through what a Deployment goes through, by the controller's own passes on a
 * store with nodes, pods and endpoints. One interval passes, then every pass that is due has run.
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { at, list } from '../../src/api/tree.ts';
import { ok } from '../../src/shared/result.ts';
import { Lab } from '../support/store-tools.ts';

jest.setTimeout(60_000);

const INTERVAL = 10;
const PARKED = 'flagger.app/scale-to-zero';
const METRIC = 'metrics: [{ name: errors, query: errors, interval: 1m, thresholdRange: { max: 1 } }]';

function daemonSet(image: string): string {
  return `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: podinfo, namespace: test }
spec:
  selector: { matchLabels: { app: podinfo } }
  template:
    metadata: { labels: { app: podinfo } }
    spec: { containers: [{ name: podinfod, image: "${image}", ports: [{ containerPort: 9898 }] }] }
`;
}

function canary(analysis: string, spec: string): string {
  return `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test }
spec:
  provider: istio
  targetRef: { apiVersion: apps/v1, kind: DaemonSet, name: podinfo }
  service: { port: 80, targetPort: 9898 }
  analysis: { interval: ${INTERVAL}s, threshold: 2, ${analysis} }
  ${spec}
`;
}

const open: Lab[] = [];
afterEach(() => open.splice(0).forEach((lab) => lab.stop()));

const statusOf = (lab: Lab) => at(lab.get('canaries.flagger.app'), 'status');
const templateOf = (lab: Lab, name?: string) =>
  at(lab.get('daemonsets.apps', name), 'spec', 'template', 'spec');
const imageOf = (lab: Lab, name?: string) => at(list(at(templateOf(lab, name), 'containers'))[0], 'image');
const isParked = (lab: Lab) => at(templateOf(lab), 'nodeSelector', PARKED) === 'true';

async function begun(analysis: string, spec = ''): Promise<Lab> {
  const lab = new Lab();
  open.push(lab);
  lab.fake.value = ok(0);
  lab.apply(daemonSet('podinfo:1'));
  lab.apply(canary(analysis, spec));
  await lab.until('Initialized', () => at(statusOf(lab), 'phase') === 'Initialized');
  return lab;
}

/** Where requests go by the VirtualService, `mirrored` where copies go to the canary. */
function routesOf(lab: Lab): string {
  const [http] = list(at(lab.get('virtualservices.networking.istio.io'), 'spec', 'http'));
  const weights = list(at(http, 'route')).map((route) => String(at(route, 'weight')));
  return `${weights.join('/')}${at(http, 'mirror') === undefined ? '' : ' mirrored'}`;
}

/** Phase, weight, routes, and whether the target runs anywhere. */
async function ticks(lab: Lab, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let tick = 0; tick < count; tick += 1) {
    await lab.tick(INTERVAL);
    const { phase, canaryWeight } = statusOf(lab) as { phase: string; canaryWeight: number };
    seen.push(`${phase} ${canaryWeight}, ${routesOf(lab)}, ${isParked(lab) ? 'parked' : 'awake'}`);
  }
  return seen;
}

describe('10.1.20: a DaemonSet', () => {
  it('is initialized with a primary on its nodes, and parked', async () => {
    const lab = await begun('stepWeight: 20, maxWeight: 40');

    expect(imageOf(lab, 'podinfo-primary')).toBe('podinfo:1');
    expect(templateOf(lab, 'podinfo-primary')).not.toHaveProperty('nodeSelector');
    expect([isParked(lab), routesOf(lab)]).toEqual([true, '100/0']);
  });

  it('with a new revision wakes, gets its weights, is promoted, and rests', async () => {
    const lab = await begun('stepWeight: 20, maxWeight: 40');
    lab.apply(daemonSet('podinfo:2'));

    expect(await ticks(lab, 5)).toEqual([
      'Progressing 0, 100/0, awake',
      'Progressing 20, 80/20, awake',
      'Progressing 40, 60/40, awake',
      // The primary is replaced within one tick, its only pod before the new one is ready.
      'Finalising 0, 100/0, awake',
      'Succeeded 0, 100/0, parked',
    ]);
    expect(imageOf(lab, 'podinfo-primary')).toBe('podinfo:2');
  });

  it('whose checks fail up to the threshold is rolled back and parked', async () => {
    const lab = await begun(`stepWeight: 20, maxWeight: 40, ${METRIC}`);
    lab.fake.value = ok(2);
    lab.apply(daemonSet('podinfo:2'));

    expect(await ticks(lab, 5)).toEqual([
      'Progressing 0, 100/0, awake',
      'Progressing 20, 80/20, awake',
      'Progressing 20, 80/20, awake',
      'Failed 0, 100/0, awake',
      'Failed 0, 100/0, parked',
    ]);
    expect(imageOf(lab, 'podinfo-primary')).toBe('podinfo:1');
  });

  it('is promoted without a check where the analysis is skipped', async () => {
    const lab = await begun('stepWeight: 20, maxWeight: 40', 'skipAnalysis: true');
    lab.apply(daemonSet('podinfo:2'));

    expect(await ticks(lab, 3)).toEqual([
      // While the primary has no pod, the revision that is promoted answers for it.
      'Promoting 100, 0/100, awake',
      'Finalising 0, 100/0, awake',
      'Succeeded 0, 100/0, parked',
    ]);
    expect(imageOf(lab, 'podinfo-primary')).toBe('podinfo:2');
  });

  it('that changes again in a run sends its traffic back in the next tick, and begins anew', async () => {
    const lab = await begun('stepWeight: 20, maxWeight: 40');
    lab.apply(daemonSet('podinfo:2'));
    const before = await ticks(lab, 2);
    lab.apply(daemonSet('podinfo:3'));

    expect([...before, ...(await ticks(lab, 2))]).toEqual([
      'Progressing 0, 100/0, awake',
      'Progressing 20, 80/20, awake',
      'Progressing 0, 100/0, awake',
      'Progressing 20, 80/20, awake',
    ]);
  });

  it('is sent copies for one tick before its first weight', async () => {
    const lab = await begun('stepWeight: 20, maxWeight: 40, mirror: true');
    lab.apply(daemonSet('podinfo:2'));

    expect(await ticks(lab, 3)).toEqual([
      'Progressing 0, 100/0, awake',
      'Progressing 0, 100/0 mirrored, awake',
      'Progressing 20, 80/20, awake',
    ]);
  });

  it('is sent everybody who matches, for as many iterations as there are', async () => {
    const lab = await begun('iterations: 2, match: [{ headers: { x-canary: { exact: insider } } }]');
    lab.apply(daemonSet('podinfo:2'));

    expect(await ticks(lab, 5)).toEqual([
      'Progressing 0, 100/0, awake',
      'Progressing 100, 0/100, awake',
      'Progressing 100, 0/100, awake',
      'Finalising 0, 100/0, awake',
      'Succeeded 0, 100/0, parked',
    ]);
    expect(imageOf(lab, 'podinfo-primary')).toBe('podinfo:2');
  });
});

describe('a DaemonSet that Flagger drove', () => {
  const flaggers = (name: string, nodeSelector: string): string =>
    daemonSet('podinfo:1')
      .replace('name: podinfo,', `name: ${name},`)
      .replaceAll('app: podinfo', `app: ${name}`)
      .replace('spec: { containers', `spec: { nodeSelector: { ${nodeSelector} }, containers`);

  it('keeps at rest what parks it, and its primary loses it', async () => {
    const lab = new Lab();
    open.push(lab);
    lab.apply(flaggers('podinfo', `${PARKED}: "true"`));
    lab.apply(flaggers('podinfo-primary', `${PARKED}: "true"`));
    lab.apply(canary('stepWeight: 20, maxWeight: 40', ''));
    const object = lab.get('canaries.flagger.app');
    const hashes = { lastAppliedSpec: '6d8bf5c4b', lastPromotedSpec: '6d8bf5c4b' };
    const status = { phase: 'Succeeded', canaryWeight: 0, failedChecks: 0, iterations: 0, ...hashes };
    const lastTransitionTime = '2025-12-31T00:00:00Z';
    lab.store.update(
      'canaries.flagger.app',
      { ...object, status: { ...status, lastTransitionTime } },
      { part: 'status' },
    );
    await lab.until(
      'the primary runs',
      () => at(lab.get('daemonsets.apps', 'podinfo-primary'), 'status', 'numberAvailable') === 1,
    );

    expect(templateOf(lab, 'podinfo-primary')).not.toHaveProperty('nodeSelector');
    expect(isParked(lab)).toBe(true);
    await lab.tick(INTERVAL);
    expect([at(statusOf(lab), 'phase'), routesOf(lab), isParked(lab)]).toEqual(['Succeeded', '100/0', true]);
    lab.apply(daemonSet('podinfo:2'));
    await lab.until('Succeeded', () => imageOf(lab, 'podinfo-primary') === 'podinfo:2');
  });
});
