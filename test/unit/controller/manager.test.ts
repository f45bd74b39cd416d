import { describe, expect, it } from '@jest/globals';
import type { ApiError, KubeObject, ObjectRef } from '../../../src/api/objects.ts';
import { Manager } from '../../../src/controller/manager.ts';
import type { Tools } from '../../../src/controller/tools.ts';
import type { Logger } from '../../../src/shared/logger.ts';
import { at, list } from '../../../src/api/tree.ts';
import { err, ok } from '../../../src/shared/result.ts';
import { settle } from '../../support/clock.ts';
import { ISTIO_BY_DEFAULT } from '../../support/canary-object.ts';
import { edit, target } from '../../support/deployments.ts';
import { aCanaryObject } from './objects.ts';
import { FakeTools } from './tools.ts';

/** A cluster in which looking at one Canary is a bug that throws. */
function aManager(): {
  manager: Manager;
  fake: FakeTools;
  committed: string[];
  /** The reasons of the conditions that were written, by Canary. */
  said: string[];
  errors: string[];
  appears: (object: KubeObject) => void;
  mend: () => void;
} {
  const fake = new FakeTools();
  const committed: string[] = [];
  const said: string[] = [];
  const errors: string[] = [];
  let broken = true;
  let hear: (ref: ObjectRef, object: KubeObject | undefined) => void = () => undefined;
  const log: Logger = { ...fake.log, error: ({ canary }) => errors.push(String(canary)) };
  const tools: Tools = {
    ...fake,
    log,
    objects: {
      ...fake.objects,
      patch: async ({ name }, body) => {
        const conditions = list(at(body, 'status', 'conditions'));
        said.push(...conditions.map((one) => `${name} ${String(at(one, 'reason'))}`));
        if (at(body, 'status', 'phase') === undefined) return ok(aCanaryObject({ name }));
        committed.push(name);
        // Nothing is stored here, so nothing may be said to have been.
        return err({ kind: 'conflict', detail: 'somebody was faster' });
      },
    },
    watched: {
      ...fake.watched,
      get: (ref) => {
        if (broken && ref.name === 'cursed') throw new Error('a bug');
        return fake.watched.get(ref);
      },
      onChange: (listener) => {
        hear = listener;
      },
    },
  };
  const manager = new Manager({ tools, canaries: ISTIO_BY_DEFAULT });
  return {
    manager,
    fake,
    committed,
    said,
    errors,
    appears: (object) => {
      fake.put(object);
      const { name, namespace = '' } = object.metadata;
      hear({ apiVersion: object.apiVersion, kind: object.kind, name, namespace }, object);
    },
    mend: () => {
      broken = false;
    },
  };
}

describe('the manager of passes', () => {
  it('does not let a pass that throws disturb the others, and tries it again later', async () => {
    const { manager, fake, committed, errors, appears, mend } = aManager();
    appears(aCanaryObject({ name: 'cursed' }, 'a'));
    appears(aCanaryObject({ name: 'blessed' }, 'b'));
    const stop = new AbortController();
    const leading = manager.lead(stop.signal);
    await settle();
    expect(errors).toEqual(['cursed.test']);
    expect(committed).toContain('blessed');
    expect(committed).not.toContain('cursed');
    mend();
    await fake.clock.advance(1_000);
    expect(committed).toContain('cursed');
    stop.abort(new Error('stopping'));
    await leading;
    expect(await fake.vitals.registry.metrics()).toContain('serin_passes_total{verdict="panic"} 1');
  });

  it('lets others have their turn between passes that wait for nothing', async () => {
    const { manager, errors, appears } = aManager();
    const cursed = aCanaryObject({ name: 'cursed' });
    for (let index = 0; index < 200; index += 1)
      appears({ ...cursed, metadata: { ...cursed.metadata, namespace: `team-${index}` } });
    const stop = new AbortController();
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (!stop.signal.aborted) setImmediate(count);
    };
    setImmediate(count);
    const leading = manager.lead(stop.signal);
    while (errors.length < 200) await settle();
    expect(turns).toBeGreaterThan(100);
    stop.abort(new Error('stopping'));
    await leading;
  });

  it('acts on nothing before it leads', async () => {
    const { committed, appears } = aManager();
    appears(aCanaryObject({ name: 'blessed' }));
    await settle();
    expect(committed).toEqual([]);
  });

  it('leaves every Canary alone while a Flagger runs, says so, and takes them up when it is gone', async () => {
    const { manager, fake, committed, said, appears } = aManager();
    appears(aFlagger(1));
    appears(aCanaryObject({ name: 'blessed', createdAt: '2025-12-31T00:00:00Z' }));
    const stop = new AbortController();
    const leading = manager.lead(stop.signal);
    await settle();
    expect([committed, said]).toEqual([[], ['blessed FlaggerRunning']]);
    expect(fake.recorded).toEqual([expect.stringMatching(/^Warning Flagger runs as Deployment flagger /)]);
    appears(aFlagger(0));
    await settle();
    expect(committed).toEqual(['blessed']);
    stop.abort(new Error('stopping'));
    await leading;
  });

  it('gives Flagger five seconds to say the first word about a new Canary', async () => {
    const { manager, fake, said, appears } = aManager();
    const createdAt = new Date(fake.clock.now()).toISOString();
    appears(aFlagger(1));
    appears(aCanaryObject({ name: 'blessed', createdAt }));
    const stop = new AbortController();
    const leading = manager.lead(stop.signal);
    await fake.clock.advance(4_000);
    expect(said).toEqual([]);
    await fake.clock.advance(1_001);
    expect(said).toEqual(['blessed FlaggerRunning']);
    stop.abort(new Error('stopping'));
    await leading;
  });

  it('speaks of the Flagger that holds the Lease without leading, and of no Serin that does', async () => {
    const { manager, committed, said, appears } = aManager();
    appears(aCanaryObject({ name: 'blessed', createdAt: '2025-12-31T00:00:00Z' }));
    const stop = new AbortController();
    const standingBy = manager.standBy(stop.signal);
    manager.leaseHeldBy('serin_web-0_1', 'default');
    await settle();
    expect(said).toEqual([]);
    manager.leaseHeldBy('flagger-0_1', 'default');
    await settle();
    expect([committed, said]).toEqual([[], ['blessed FlaggerRunning']]);
    stop.abort(new Error('stopping'));
    await standingBy;
  });

  it('is not called still while it works through many that wait, however long they have waited', async () => {
    const { manager, fake, appears, passBegins } = aSlowManager();
    for (let number = 0; number < 20; number += 1) appears(aCanaryObject({ name: `podinfo-${number}` }));
    await fake.clock.advance(3_600_000);
    const stop = new AbortController();
    const leading = manager.lead(stop.signal);
    await settle();
    expect(manager.standstill).toBeUndefined();
    for (let minute = 0; minute < 10; minute += 1) {
      await fake.clock.advance(60_000);
      passBegins();
      await settle();
    }
    expect(manager.standstill).toBeUndefined();
    await fake.clock.advance(300_000);
    expect(manager.standstill).toMatch(/^no pass has begun or ended for 300s/);
    stop.abort(new Error('stopping'));
    for (let number = 0; number < 20; number += 1) passBegins();
    await leading;
  });

  it('says on the Canary that something it needs may not be read, and nothing of a passing trouble', async () => {
    const denied = await eventsWhen({
      kind: 'forbidden',
      detail: 'reading secrets test/keys: Forbidden (403)',
    });
    expect(denied).toEqual([
      'Warning podinfo.test cannot be looked at: Secret test/keys: reading secrets test/keys: Forbidden (403)',
    ]);
    const busy = await eventsWhen({ kind: 'unavailable', detail: 'reading secrets test/keys: no answer' });
    expect(busy).toEqual([]);
  });

  it('counts a Canary under the name its target has now', async () => {
    const { manager, fake, appears, passBegins } = aSlowManager();
    const resting = aRestingCanary();
    const renamed = edit(resting, ['spec', 'targetRef', 'name'], 'other');
    const stop = new AbortController();
    const leading = manager.lead(stop.signal);
    const counted = async (canary: KubeObject): Promise<string> => {
      fake.put(canary);
      appears(canary);
      for (let step = 0; step < 5; step += 1) {
        await settle();
        passBegins();
      }
      await settle();
      return fake.vitals.registry.metrics();
    };
    expect(await counted(resting)).toContain('flagger_canary_status{name="podinfo"');
    const after = await counted(renamed);
    expect(after).toContain('flagger_canary_status{name="other"');
    expect(after).not.toContain('name="podinfo"');
    expect(after).not.toContain('workload="podinfo');
    stop.abort(new Error('stopping'));
    await leading;
  });

  it('does not bring back the series of a Canary that goes while it is looked at', async () => {
    const { manager, fake, appears, disappears, passBegins } = aSlowManager();
    const resting = aRestingCanary();
    fake.put(resting);
    appears(resting);
    const stop = new AbortController();
    const leading = manager.lead(stop.signal);
    await settle();
    passBegins();
    await settle();
    disappears(resting);
    for (let step = 0; step < 5; step += 1) {
      passBegins();
      await settle();
    }
    expect(await fake.vitals.registry.metrics()).not.toContain('name="podinfo"');
    stop.abort(new Error('stopping'));
    await leading;
  });
});

function aRestingCanary(): KubeObject {
  const canary = edit(aCanaryObject(), ['spec', 'suspend'], true);
  const memory = { step: -1, mirrored: false, mark: 1, changedAt: 0, phaseSince: 0, plan: '' };
  return edit(canary, ['status'], { phase: 'Succeeded', serin: memory });
}

function aFlagger(readyReplicas: number): KubeObject {
  const image = 'ghcr.io/fluxcd/flagger:1.44.0';
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'flagger', namespace: 'flagger-system' },
    spec: { template: { spec: { containers: [{ name: 'flagger', image }] } } },
    status: { readyReplicas },
  };
}

/** The events of a Canary whose target refers to a Secret that is read with this result. */
async function eventsWhen(error: ApiError): Promise<readonly string[]> {
  const fake = new FakeTools();
  let hear: (ref: ObjectRef, object: KubeObject | undefined) => void = () => undefined;
  const tools: Tools = {
    ...fake,
    clock: fake.clock,
    objects: { ...fake.objects, read: async () => err(error) },
    watched: {
      ...fake.watched,
      onChange: (listener) => {
        hear = listener;
      },
    },
  };
  const manager = new Manager({ tools, canaries: ISTIO_BY_DEFAULT });
  const canary = aCanaryObject();
  const container = { name: 'app', envFrom: [{ secretRef: { name: 'keys' } }] };
  for (const object of [
    canary,
    edit(target, ['spec', 'template', 'spec'], { containers: [container] }),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'test' } },
  ]) {
    fake.put(object);
  }
  hear({ apiVersion: canary.apiVersion, kind: 'Canary', name: 'podinfo', namespace: 'test' }, canary);
  const stop = new AbortController();
  const leading = manager.lead(stop.signal);
  await settle();
  stop.abort(new Error('stopping'));
  await leading;
  return fake.recorded;
}

/** Passes hang until told to go on, one by one. */
function aSlowManager(): {
  manager: Manager;
  fake: FakeTools;
  appears: (object: KubeObject) => void;
  disappears: (object: KubeObject) => void;
  passBegins: () => void;
} {
  const fake = new FakeTools();
  const hanging: (() => void)[] = [];
  let hear: (ref: ObjectRef, object: KubeObject | undefined) => void = () => undefined;
  const watched: Tools['watched'] = {
    ...fake.watched,
    caughtUp: () => new Promise((resolve) => hanging.push(resolve)),
    onChange: (listener) => {
      hear = listener;
    },
  };
  const manager = new Manager({ tools: { ...fake, watched }, canaries: ISTIO_BY_DEFAULT });
  return {
    manager,
    fake,
    // Nothing is found under these names, so a pass ends as soon as it goes on.
    appears: ({ apiVersion, kind, metadata, ...rest }) => {
      const { name, namespace = '' } = metadata;
      hear({ apiVersion, kind, name, namespace }, { apiVersion, kind, metadata, ...rest });
    },
    disappears: ({ apiVersion, kind, metadata: { name, namespace = '' } }) =>
      hear({ apiVersion, kind, name, namespace }, undefined),
    passBegins: () => hanging.shift()?.(),
  };
}
