/** A Knative Service as a target: its newest revision is the canary, the one it is annotated with the primary. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import type { Readiness } from '../../../src/core/model.ts';
import { instant, revision } from '../../../src/shared/brand.ts';
import { knativeService } from '../../../src/targets/knative-service.ts';
import { targetKind } from '../../../src/targets/registry.ts';
import { tracesOf } from '../../../src/targets/traces.ts';
import { canaryFrom, fixture, objectIn } from '../../support/canaries.ts';
import { edit, lookAt, NOW } from '../../support/deployments.ts';

const ONE = revision('podinfo-00001');
const TWO = revision('podinfo-00002');
const ANNOTATION = 'flagger.app/primary-revision';
const MINUTE = 60_000;
const SPEC = fixture('traffic', 'knative', 'canary.yaml').replace(
  'spec:',
  'spec:\n  progressDeadlineSeconds: 60',
);

const applied = objectIn(fixture('targets', 'KnativeService', 'target.yaml'));

/** As it is when Knative has made `latest` of it, and somebody promoted `primary`. */
function service(latest: string, primary?: string): KubeObject {
  const made = edit(applied, ['status'], { latestCreatedRevisionName: latest });
  return primary === undefined ? made : edit(made, ['metadata', 'annotations'], { [ANNOTATION]: primary });
}

function aRevision(name: string, ready: Readonly<Record<string, unknown>> = { status: 'True' }): KubeObject {
  const conditions = [
    { type: 'Active', status: 'False', reason: 'NoTraffic' },
    { type: 'Ready', ...ready },
  ];
  const metadata = { name, namespace: 'test' };
  return { apiVersion: 'serving.knative.dev/v1', kind: 'Revision', metadata, status: { conditions } };
}

const BOTH = [aRevision(ONE), aRevision(TWO)];

function look(objects: readonly KubeObject[], status: Partial<Canary['status']> = {}) {
  return lookAt(objects, { canary: canaryFrom(SPEC, status) });
}

describe('target kind KnativeService', () => {
  it('is told from a Service of Kubernetes by its group', () => {
    const named = { kind: 'Service', name: 'podinfo' };

    expect(targetKind({ apiVersion: 'serving.knative.dev/v1', ...named })).toBe(knativeService);
    expect(targetKind({ apiVersion: 'v1', ...named })).not.toBe(knativeService);
    expect(targetKind({ apiVersion: 'serving.knative.dev/v1', kind: 'Revision', name: 'a' })).toBeUndefined();
  });

  it('needs no service in its Canary, and goes by its own name whatever one says', () => {
    expect(canaryFrom(SPEC).service.apex).toBe('podinfo');
    const odd = SPEC.replace('analysis:', 'service: { name: other, port: 80 }\n  analysis:');
    expect(canaryFrom(odd).service.apex).toBe('podinfo');
  });

  it('sees nothing where nothing is, and says so', () => {
    const nothing = look([]);

    expect(knativeService.observeTarget(nothing)).toBeUndefined();
    expect(knativeService.observePrimary(nothing)).toBeUndefined();
    expect(knativeService.clonePrimary(nothing, ONE)).toEqual([]);
    expect(knativeService.snapshots(nothing)).toEqual([]);
    expect(knativeService.metadata(nothing)).toEqual({
      ok: false,
      error: 'Knative service podinfo.test not found',
    });
    expect(knativeService.observeTarget(look([applied]))).toBeUndefined();
    expect(knativeService.metadata(look([applied]))).toEqual({
      ok: false,
      error: 'Knative service podinfo.test has no revision yet',
    });
  });

  it('looks at the revisions that matter and at no others', () => {
    const status = { lastAppliedRevision: TWO, lastPromotedRevision: revision('podinfo-00000') };
    const refs = knativeService.furtherRefs?.(look([service(TWO, ONE)], status)) ?? [];

    expect(refs.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'Revision/podinfo-00002',
      'Revision/podinfo-00001',
      'Revision/podinfo-00000',
    ]);
    expect(knativeService.furtherRefs?.(look([applied]))).toEqual([]);
    expect(knativeService.configRefs(look([service(TWO, ONE)]))).toEqual([]);
  });

  it('has changed when Knative has made another revision, and not for any other reason', () => {
    const seen = (object: KubeObject) => knativeService.observeTarget(look([object, ...BOTH]))?.revision;
    const busy = edit(service(ONE), ['metadata', 'generation'], 9);

    expect(seen(service(ONE))).toBe(ONE);
    expect(seen(edit(busy, ['spec', 'traffic'], [{ latestRevision: true, percent: 100 }]))).toBe(ONE);
    expect(seen(service(TWO))).toBe(TWO);
  });

  it('is promoted by an annotation that names the revision, and by nothing else', () => {
    const before = service(TWO, ONE);
    const [promoted, ...others] = knativeService.clonePrimary(look([before, ...BOTH]), TWO);

    expect(others).toEqual([]);
    expect(promoted).toEqual(edit(before, ['metadata', 'annotations'], { [ANNOTATION]: TWO }));
    expect(knativeService.observePrimary(look([before, ...BOTH]))?.revision).toBe(ONE);
    expect(knativeService.observePrimary(look([promoted ?? before, ...BOTH]))?.revision).toBe(TWO);
  });

  it('gets back a promoted revision that somebody took away, as long as Knative has it', () => {
    const lost = service(TWO);
    const status = { lastPromotedRevision: ONE };

    expect(knativeService.observePrimary(look([lost, ...BOTH], status))).toBeUndefined();
    expect(knativeService.snapshots(look([lost, ...BOTH], status))).toEqual([ONE]);
    expect(knativeService.restorePrimary(look([lost, ...BOTH], status), ONE)).toEqual([service(TWO, ONE)]);
    const collected = look([lost, aRevision(TWO)], status);
    expect(knativeService.snapshots(collected)).toEqual([]);
    expect(knativeService.restorePrimary(collected, ONE)).toBeUndefined();
  });

  it('needs nothing kept beside, and nothing scaled', () => {
    const there = look([service(TWO, ONE), ...BOTH]);

    expect(knativeService.snapshots(there)).toEqual([ONE]);
    expect(knativeService.snapshot(there, ONE)).toBeUndefined();
    expect(knativeService.scaleTarget(there, false)).toBeUndefined();
    expect(knativeService.observeTarget(there)?.scaledUp).toBeUndefined();
  });
});

describe('a revision of a Knative Service', () => {
  const SINCE = new Date(NOW - MINUTE / 2).toISOString();
  const failed = {
    status: 'False',
    reason: 'ExitCode1',
    message: 'the container failed',
    lastTransitionTime: SINCE,
  };
  const readiness = (found: KubeObject | undefined, phaseSince: number = NOW): Readiness | undefined => {
    const objects = [service(TWO, ONE), ...(found === undefined ? [] : [found])];
    return knativeService.observeTarget(look(objects, { phaseSince: instant(phaseSince) }))?.readiness;
  };

  it('is ready when Knative says so, also without pods', () => {
    expect(readiness(aRevision(TWO))).toEqual({ kind: 'ready' });
  });

  it('that is not ready is waited for, in Knative’s own words', () => {
    expect(readiness(aRevision(TWO, { status: 'Unknown', reason: 'Deploying' }))).toEqual({
      kind: 'empty',
      detail: 'waiting for revision podinfo-00002 to be ready: Deploying',
    });
    expect(readiness(aRevision(TWO, failed))).toEqual({
      kind: 'empty',
      detail: 'waiting for revision podinfo-00002 to be ready: ExitCode1: the container failed',
    });
    const serving = edit(aRevision(TWO, failed), ['status', 'actualReplicas'], 1);
    expect(readiness(serving)?.kind).toBe('progressing');
  });

  it('that has not been heard of yet is waited for', () => {
    expect(readiness(undefined)).toEqual({ kind: 'empty', detail: 'revision podinfo-00002 does not exist' });
  });

  it('is given up after the deadline, counted from the start of the phase or since it is not ready', () => {
    expect(readiness(aRevision(TWO, failed), NOW - MINUTE)?.kind).toBe('empty');
    const longer = { ...failed, lastTransitionTime: new Date(NOW - MINUTE).toISOString() };
    expect(readiness(aRevision(TWO, longer), NOW - MINUTE)?.kind).toBe('stuck');
    expect(readiness(aRevision(TWO, longer), NOW - MINUTE + 1)?.kind).toBe('empty');
    expect(readiness(undefined, NOW - MINUTE)?.kind).toBe('stuck');
  });

  it('is judged for the primary by the one that was promoted', () => {
    const primary = (one: KubeObject): Readiness | undefined =>
      knativeService.observePrimary(look([service(TWO, ONE), one, aRevision(TWO)], { phaseSince: NOW }))
        ?.readiness;

    expect(primary(aRevision(ONE))).toEqual({ kind: 'ready' });
    expect(primary(aRevision(ONE, failed))?.kind).toBe('empty');
  });
});

describe('a Knative Service that Flagger drove', () => {
  it('was pushed when its template was written, not when its traffic was', () => {
    const wrote = (field: string, time: string) => ({
      time,
      fieldsV1: { 'f:spec': { [field]: { 'f:a': {} } } },
    });
    const managedFields = [
      wrote('f:template', '2026-01-01T10:00:00Z'),
      wrote('f:traffic', '2026-01-01T11:00:00Z'),
    ];
    const driven = edit(service(TWO, ONE), ['metadata', 'managedFields'], managedFields);

    expect(tracesOf(look([driven]), [driven]).pushedAt).toBe(Date.UTC(2026, 0, 1, 10));
  });
});
