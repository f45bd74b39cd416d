/** Releases of a Knative Service, by the controller's own passes on a store with a Knative that makes revisions. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { at, list, text } from '../../src/api/tree.ts';
import { ok } from '../../src/shared/result.ts';
import { Lab, type Death } from '../support/store-tools.ts';

const SERVICE = 'services.serving.knative.dev';
const ANNOTATION = 'flagger.app/primary-revision';
const GOOD = 100;
const BAD = 50;

/** There are some thirty writes, and two ways to die around each. */
jest.setTimeout(180_000);

const CANARY = `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test }
spec:
  provider: knative
  progressDeadlineSeconds: 60
  targetRef: { apiVersion: serving.knative.dev/v1, kind: Service, name: podinfo }
  analysis:
    { interval: 10s, threshold: 2, stepWeight: 20, maxWeight: 40,
      metrics: [{ name: request-success-rate, interval: 1m, thresholdRange: { min: 99 } }] }
`;

function knative(image: string): string {
  return `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: podinfo, namespace: test }
spec: { template: { spec: { containers: [{ name: user-container, image: "${image}" }] } } }
`;
}

const open: Lab[] = [];
afterEach(() => open.splice(0).forEach((lab) => lab.stop()));

interface Scene {
  readonly lab: Lab;
  /** Where requests went, each time that was another: `<newest>/<primary>`, with the name of the primary. */
  readonly went: readonly string[];
  /** The newest revision had requests that the status did not say, or that were for another one. */
  readonly strayed: readonly string[];
  readonly phase: () => unknown;
  readonly primary: () => string | undefined;
  readonly share: () => unknown;
}

function aScene(death?: Death): Scene {
  const lab = new Lab(death);
  open.push(lab);
  const went: string[] = [];
  const strayed: string[] = [];
  const canary = () => lab.get('canaries.flagger.app');
  const service = () => lab.get(SERVICE);
  const primary = () => text(at(service(), 'metadata', 'annotations', ANNOTATION));
  const entry = (named: boolean): unknown =>
    at(
      list(at(service(), 'spec', 'traffic')).find((one) => (at(one, 'revisionName') !== undefined) === named),
      'percent',
    );
  lab.store.subscribe(SERVICE, () => {
    const state = `${String(entry(false))}/${String(entry(true))} ${primary() ?? 'none'}`;
    if (went.at(-1) !== state) went.push(state);
    const meant = Number(at(canary(), 'status', 'canaryWeight') ?? 0);
    if (primary() !== undefined && Number(entry(false) ?? 0) > meant)
      strayed.push(`${state}, meant ${meant}`);
  });
  return {
    ...{ lab, went, strayed, primary },
    phase: () => at(canary(), 'status', 'phase'),
    share: () => entry(false),
  };
}

/** Initialized, with its first revision for a primary. */
async function begun(death?: Death): Promise<Scene> {
  const scene = aScene(death);
  scene.lab.fake.value = ok(GOOD);
  scene.lab.apply(knative('podinfo:1'));
  scene.lab.apply(CANARY);
  await scene.lab.until('Initialized', () => scene.phase() === 'Initialized');
  return scene;
}

async function release(scene: Scene, image: string, value: number, ends: string): Promise<void> {
  scene.lab.fake.value = ok(value);
  scene.lab.apply(knative(image));
  await scene.lab.until(`a run of ${image}`, () => scene.phase() === 'Progressing');
  await scene.lab.until(`${image} has ${ends}`, () => scene.phase() === ends);
}

const RELEASED = [
  'undefined/undefined none',
  'undefined/undefined podinfo-00001',
  '0/100 podinfo-00001',
  '20/80 podinfo-00001',
  '40/60 podinfo-00001',
  '40/60 podinfo-00002',
  '0/100 podinfo-00002',
];

/** The traffic of one moment: after a promotion the entry of the former primary is still there. */
const withoutRepeats = (went: readonly string[]) =>
  went.filter((state, index) => went.indexOf(state) === index);

describe('a Knative Service with a Canary', () => {
  it('begins with its newest revision for a primary, and with nothing beside it', async () => {
    const { lab, went, primary } = await begun();

    expect(primary()).toBe('podinfo-00001');
    expect(went).toEqual(RELEASED.slice(0, 3));
    expect(at(lab.get(SERVICE), 'spec', 'traffic')).toEqual([
      { latestRevision: true, percent: 0 },
      { revisionName: 'podinfo-00001', percent: 100 },
    ]);
    expect(lab.store.count('services')).toBe(0);
    expect(lab.store.count('controllerrevisions.apps')).toBe(0);
    expect(at(lab.get('canaries.flagger.app'), 'status', 'lastPromotedSpec')).toBe('podinfo-00001');
  });

  it('gives a good revision its share by weights, measures that revision, and promotes it by name', async () => {
    const scene = await begun();
    await release(scene, 'podinfo:2', GOOD, 'Succeeded');

    expect(withoutRepeats(scene.went)).toEqual(RELEASED);
    expect(scene.strayed).toEqual([]);
    expect(scene.lab.fake.queries[0]).toContain('envoy_cluster_name=~"test/podinfo-00002"');
    expect(at(scene.lab.get('canaries.flagger.app'), 'status', 'lastPromotedSpec')).toBe('podinfo-00002');
  });

  it('rolls a bad revision back, leaves it without requests, and takes the next', async () => {
    const scene = await begun();
    await release(scene, 'podinfo:2', BAD, 'Failed');
    await scene.lab.until('traffic is home', () => scene.share() === 0);

    expect(withoutRepeats(scene.went)).toEqual(RELEASED.slice(0, 4));
    expect([scene.primary(), scene.went.at(-1)]).toEqual(['podinfo-00001', '0/100 podinfo-00001']);
    expect(at(scene.lab.get(SERVICE), 'status', 'latestCreatedRevisionName')).toBe('podinfo-00002');
    await release(scene, 'podinfo:3', GOOD, 'Succeeded');
    expect([scene.primary(), scene.strayed]).toEqual(['podinfo-00003', []]);
  });

  it('gives a revision that never becomes ready no request, and gives it up after the deadline', async () => {
    const scene = await begun();
    await release(scene, 'podinfo:broken', GOOD, 'Failed');

    expect(scene.went).toEqual(RELEASED.slice(0, 3));
    await release(scene, 'podinfo:3', GOOD, 'Succeeded');
    expect(scene.primary()).toBe('podinfo-00003');
  });

  it('takes the share away from a revision that is pushed in the middle of a run, before it is ready', async () => {
    const scene = await begun();
    scene.lab.apply(knative('podinfo:2'));
    await scene.lab.until('a share', () => scene.share() === 20);
    scene.lab.apply(knative('podinfo:3'));
    await scene.lab.until('no share', () => scene.share() === 0);

    const latest = at(
      scene.lab.get('revisions.serving.knative.dev', 'podinfo-00003'),
      'status',
      'conditions',
    );
    expect(latest).toMatchObject([{ type: 'Ready', status: 'Unknown' }]);
    await scene.lab.until('Succeeded', () => scene.phase() === 'Succeeded');
    expect(scene.primary()).toBe('podinfo-00003');
  });

  it('gets its primary back when somebody replaces the Service without the annotation', async () => {
    const scene = await begun();
    await release(scene, 'podinfo:2', BAD, 'Failed');
    const found = scene.lab.get(SERVICE);
    const spec = { template: at(found, 'spec', 'template') };
    scene.lab.store.update(SERVICE, { ...found, metadata: { ...found?.metadata, annotations: {} }, spec });
    expect(scene.went.at(-1)).toBe('undefined/undefined none');
    await scene.lab.until('traffic is home', () => scene.went.at(-1) === '0/100 podinfo-00001');
    expect(scene.phase()).toBe('Failed');
  });

  it.each([
    { value: GOOD, ends: 'Succeeded', traffic: [{ latestRevision: true, percent: 100 }] },
    {
      value: BAD,
      ends: 'Failed',
      traffic: [
        { latestRevision: true, percent: 0 },
        { revisionName: 'podinfo-00001', percent: 100 },
      ],
    },
  ])('loses what was written for it when its Canary goes after $ends', async ({ value, ends, traffic }) => {
    const scene = await begun();
    scene.lab.apply(`${CANARY}  revertOnDeletion: true\n`);
    await release(scene, 'podinfo:2', value, ends);
    await scene.lab.until('traffic is home', () => scene.share() === 0);
    scene.lab.store.delete('canaries.flagger.app', { namespace: 'test', name: 'podinfo' });
    await scene.lab.until('it is gone', () => scene.lab.get('canaries.flagger.app') === undefined);

    expect(at(scene.lab.get(SERVICE), 'metadata', 'annotations')).toBeUndefined();
    expect(at(scene.lab.get(SERVICE), 'spec', 'traffic')).toEqual(traffic);
  });
});

describe('a Knative Service that Flagger drove', () => {
  const driven = async (status: Readonly<Record<string, unknown>>, newest: string): Promise<Scene> => {
    const scene = aScene();
    const { lab } = scene;
    lab.fake.value = ok(GOOD);
    lab.apply(knative('podinfo:1'));
    await lab.tick(10);
    const found = lab.get(SERVICE);
    const traffic = [
      { latestRevision: true, percent: status['canaryWeight'] },
      { revisionName: 'podinfo-00001', latestRevision: false, percent: 100 - Number(status['canaryWeight']) },
    ];
    const annotations = { [ANNOTATION]: 'podinfo-00001' };
    const spec = { template: at(found, 'spec', 'template'), traffic };
    lab.store.update(SERVICE, { ...found, metadata: { ...found?.metadata, annotations }, spec });
    lab.apply(knative(newest));
    await lab.tick(10);
    lab.apply(CANARY);
    const object = lab.get('canaries.flagger.app');
    const hashes = { lastAppliedSpec: '6d8bf5c4b', lastPromotedSpec: '7c9df6d5c' };
    const written = { failedChecks: 0, iterations: 0, ...hashes, ...status };
    const lastTransitionTime = '2026-01-01T00:00:15Z';
    lab.store.update(
      'canaries.flagger.app',
      { ...object, status: { ...written, lastTransitionTime } },
      { part: 'status' },
    );
    return scene;
  };

  it('is taken over at rest without a request moved', async () => {
    const { lab, went, phase, primary } = await driven({ phase: 'Succeeded', canaryWeight: 0 }, 'podinfo:1');
    const before = went.length;
    await lab.tick(30);

    expect([phase(), primary(), went.slice(before)]).toEqual(['Succeeded', 'podinfo-00001', []]);
    expect(at(lab.get('canaries.flagger.app'), 'status', 'lastPromotedSpec')).toBe('podinfo-00001');
  });

  it('is taken over in the middle of a run, which goes on from its share', async () => {
    const scene = await driven({ phase: 'Progressing', canaryWeight: 20 }, 'podinfo:2');
    const before = scene.went.length;
    await scene.lab.until('Succeeded', () => scene.phase() === 'Succeeded');

    expect(withoutRepeats(scene.went.slice(before))).toEqual(RELEASED.slice(4));
  });
});

describe('a controller that dies around a write of its', () => {
  const run = async (value: number, ends: string, death?: Death): Promise<Scene> => {
    const scene = await begun(death);
    await release(scene, 'podinfo:2', value, ends);
    await scene.lab.until('traffic is home', () => scene.share() === 0);
    return scene;
  };

  it.each([
    { value: GOOD, ends: 'Succeeded', primary: 'podinfo-00002', reached: RELEASED },
    { value: BAD, ends: 'Failed', primary: 'podinfo-00001', reached: RELEASED.slice(0, 4) },
  ])(
    'leaves a release that has $ends all the same, whichever it is',
    async ({ value, ends, primary, reached }) => {
      const { lab } = await run(value, ends);
      expect(lab.writes).toBeGreaterThan(8);
      for (let write = 1; write <= lab.writes; write += 1) {
        for (const when of ['before', 'after'] as const) {
          const scene = await run(value, ends, { write, when });
          const found = {
            primary: scene.primary(),
            strayed: scene.strayed,
            went: withoutRepeats(scene.went),
          };
          scene.lab.stop();
          const at = `dies ${when} write ${write}`;
          expect({ at, ...found }).toEqual({ at, primary, strayed: [], went: reached });
        }
      }
    },
  );
});
