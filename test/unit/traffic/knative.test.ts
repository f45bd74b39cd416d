/** What a Knative Service says about where requests go, and what is written into it for that. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { knative } from '../../../src/traffic/knative.ts';
import {
  observeRoutes,
  releaseTraffic,
  renderRoutes,
  renderServices,
  routedService,
  routeRefs,
  type RoutesInput,
} from '../../../src/traffic/routes.ts';
import { edit } from '../../support/deployments.ts';
import { plainCase, TARGET, trafficObjects } from '../../support/traffic.ts';

const { canary } = plainCase('knative');
const SERVICE = routedService(canary);
const NOW = instant(Date.UTC(2026, 0, 1, 12));
const LATEST = { latestRevision: true, percent: 30 };
const PRIMARY = { revisionName: 'podinfo-00001', percent: 70 };

function service(...traffic: readonly unknown[]): KubeObject {
  const [found] = trafficObjects('knative', 'before.yaml') ?? [];
  if (found === undefined) throw new Error('there is no Knative Service among the fixtures');
  return edit(found, ['spec', 'traffic'], traffic);
}

const looking = (...current: readonly KubeObject[]): RoutesInput => ({
  ...{ canary, provider: knative, target: TARGET, now: NOW },
  current,
});
const parse = (object: KubeObject) => knative.parse(SERVICE, [object]);
const trafficOf = (objects: readonly KubeObject[]) => at(objects[0], 'spec', 'traffic');

describe('a Knative Service', () => {
  it('is all that is read and written: nothing is made beside it', () => {
    expect(routeRefs(canary, knative)).toEqual([
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: 'test', name: 'podinfo' },
    ]);
    expect(renderServices(looking(service(LATEST, PRIMARY)))).toEqual([]);
    const writes = renderRoutes({
      ...looking(service(LATEST, PRIMARY)),
      routes: { canary: percent(40), mirrored: false },
      mark: 2,
    });
    expect(writes.map(({ apiVersion, metadata }) => `${apiVersion} ${metadata.name}`)).toEqual([
      'serving.knative.dev/v1 podinfo',
    ]);
  });

  it('says how much the newest revision gets, whichever that is', () => {
    const share = { canary: 30, mirrored: false };

    expect(parse(service(LATEST, PRIMARY))).toEqual({ ok: true, value: share });
    expect(parse(service(PRIMARY, LATEST))).toEqual({ ok: true, value: share });
    expect(parse(service({ ...PRIMARY, percent: 100 }))).toEqual({
      ok: true,
      value: { canary: 0, mirrored: false },
    });
  });

  it('M21: is understood without latestRevision, and without a percent', () => {
    expect(parse(service({ percent: 100 }, { revisionName: 'podinfo-00001' }))).toEqual({
      ok: true,
      value: { canary: 100, mirrored: false },
    });
    for (const traffic of [[null], ['all'], [{ percent: 'all' }]]) {
      expect(parse(service(...traffic))).toMatchObject({ ok: false, error: { kind: 'malformed' } });
    }
  });

  it('says nothing about the canary where it does not name the primary', () => {
    for (const traffic of [
      [],
      [{ ...LATEST, percent: 100 }],
      [{ revisionName: 'podinfo-00000', percent: 100 }],
    ])
      expect(parse(service(...traffic))).toEqual({ ok: false, error: { kind: 'absent' } });
  });

  it('that says of no revision that it was promoted is left as it is, and that is what is waited for', () => {
    const bare = edit(service(LATEST, PRIMARY), ['metadata', 'annotations'], undefined);
    const routes = { canary: percent(0), mirrored: false };

    expect(renderRoutes({ ...looking(bare), routes, mark: 1 })).toEqual([]);
    expect(observeRoutes(looking(bare))).toEqual({
      routes: undefined,
      pending: 'Knative Service podinfo.test: the annotation flagger.app/primary-revision is missing',
    });
  });

  it.each([
    {
      what: 'Knative has not seen it',
      path: ['metadata', 'generation'],
      value: 4,
      says: 'Knative has seen generation 3 of 4',
    },
    {
      what: 'its routes are not ready',
      path: ['status', 'conditions'],
      value: [
        { type: 'RoutesReady', status: 'False', reason: 'RevisionMissing', message: 'no podinfo-00001' },
      ],
      says: 'its routes are not ready: RevisionMissing: no podinfo-00001',
    },
  ])('is not in force as long as $what', ({ path, value, says }) => {
    const found = edit(service(LATEST, PRIMARY), path, value);

    expect(parse(found)).toEqual({
      ok: false,
      error: {
        kind: 'pending',
        detail: `Knative Service podinfo.test: ${says}`,
        written: { canary: 30, mirrored: false },
      },
    });
  });

  it('is not written again for what Knative fills in', () => {
    const filled = service(LATEST, { ...PRIMARY, latestRevision: false });
    const [again] = knative.render(SERVICE, { canary: percent(30), mirrored: false }, [filled]);

    expect(again).toEqual(filled);
  });

  it('gives no request to other revisions, but leaves those their address that have one', () => {
    const found = service(
      { ...LATEST, tag: 'newest' },
      { revisionName: 'podinfo-00000', percent: 40, tag: 'former' },
      { revisionName: 'podinfo-00009', percent: 30 },
    );
    const written = knative.render(SERVICE, { canary: percent(20), mirrored: false }, [found]);

    expect(trafficOf(written)).toEqual([
      { latestRevision: true, percent: 20, tag: 'newest' },
      { revisionName: 'podinfo-00001', percent: 80 },
      { revisionName: 'podinfo-00000', percent: 0, tag: 'former' },
    ]);
  });

  it('is left to Flux, which applies its template', () => {
    const [written] = knative.render(SERVICE, { canary: percent(10), mirrored: false }, [service(LATEST)]);

    expect(Object.keys(written?.metadata.annotations ?? {}).sort()).toEqual([
      'flagger.app/primary-revision',
      'serving.knative.dev/creator',
    ]);
  });
});

describe('a Knative Service whose Canary goes', () => {
  const left = (latest: string) =>
    releaseTraffic(looking(edit(service(LATEST, PRIMARY), ['status', 'latestCreatedRevisionName'], latest)));

  it('loses what was written for the Canary, and nothing else', () => {
    expect(left('podinfo-00001')[0]?.metadata.annotations).toEqual({
      'serving.knative.dev/creator': 'alice',
    });
  });

  it('follows its newest revision again where that is the promoted one', () => {
    expect(trafficOf(left('podinfo-00001'))).toEqual([{ latestRevision: true, percent: 100 }]);
  });

  it('gives no request to a newest revision that was not promoted', () => {
    expect(trafficOf(left('podinfo-00002'))).toEqual([
      { latestRevision: true, percent: 0 },
      { revisionName: 'podinfo-00001', percent: 100 },
    ]);
  });
});
