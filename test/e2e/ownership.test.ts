/** What a controller makes, keeps, repairs and leaves behind: objects of its own, objects of others, definitions. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { valueAt } from './harness/look.ts';
import { workloadManifest, Rollout } from './harness/rollout.ts';
import { aWorld, worlds } from './harness/shared.ts';
import { definition, deskOf } from './harness/world.ts';

const TIMEOUT = 90_000;
const DEFINITIONS = { resources: ['customresourcedefinitions'], verbs: ['create', 'patch', 'update'] };
const REMEDY = 'run: serin install --crds | kubectl apply --server-side -f -';

const world = aWorld();
const others = worlds();
afterAll(async () => {
  await Promise.all([world.stop(), others.stop()]);
});

describe('a Canary that is deleted', () => {
  it.concurrent(
    'takes what was made for it along, and the target stays at nothing',
    async () => {
      const w = await world.started();
      const rollout = await Rollout.install(w, { name: 'dropped', provider: 'istio' });
      await w.delete('Canary', 'dropped');
      await rollout.comes(
        'leaves nothing behind',
        () => w.get('Deployment', 'dropped-primary') === undefined,
      );
      expect(w.get('Service', 'dropped')).toBeUndefined();
      expect(w.get('VirtualService', 'dropped')).toBeUndefined();
      expect(rollout.targetReplicas).toBe(0);
    },
    TIMEOUT,
  );

  it.concurrent(
    'with revertOnDeletion starts the target first, and gives the Service back',
    async () => {
      const w = await world.started();
      w.apply({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'returned', namespace: 'test' },
        spec: { selector: { app: 'returned' }, ports: [{ port: 80, targetPort: 9898 }] },
      });
      const wish = { name: 'returned', provider: 'kubernetes', spec: { revertOnDeletion: true } };
      const rollout = await Rollout.install(w, wish);
      await rollout.comes('has its finalizer', () =>
        JSON.stringify(valueAt(rollout.canary, 'metadata', 'finalizers') ?? []).includes('flagger'),
      );
      const selected: unknown[] = [];
      w.sandbox.store.subscribe('services', ({ object }) => {
        if (object.metadata.name !== 'returned') return;
        selected.push(valueAt(w.get('Deployment', 'returned'), 'status', 'readyReplicas'));
      });
      await w.delete('Canary', 'returned');
      await rollout.tells('Terminated canary returned.test');
      expect(rollout.targetReplicas).toBe(2);
      expect(valueAt(w.get('Service', 'returned'), 'spec', 'selector')).toEqual({ app: 'returned' });
      expect(selected[0]).toBe(2);
    },
    TIMEOUT,
  );
});

describe('at rest', () => {
  it.concurrent(
    'a primary that somebody deletes comes back as it was promoted, not as the target is',
    async () => {
      const w = await world.started();
      const rollout = await Rollout.install(w, { name: 'revived', provider: 'istio' });
      w.metrics.say('revived', 3);
      await rollout.push('revived:2');
      await rollout.rests('Failed');
      await w.delete('Deployment', 'revived-primary');
      await rollout.comes('has its primary back', () => rollout.primaryImage !== '');
      expect(rollout.primaryImage).toBe('revived:1');
      expect(rollout.phase).toBe('Failed');
    },
    TIMEOUT,
  );

  it.concurrent(
    'the selector of the Service is put back',
    async () => {
      const w = await world.started();
      const rollout = await Rollout.install(w, { name: 'bent', provider: 'istio' });
      await w.patch('Service', 'bent', { spec: { selector: { app: 'bent' } } });
      const selector = (): unknown => valueAt(w.get('Service', 'bent'), 'spec', 'selector', 'app');
      await rollout.comes('is selected again', () => selector() === 'bent-primary');
      await w.patch('Service', 'bent-canary', { spec: { selector: { app: 'other' } } });
      const canary = (): unknown => valueAt(w.get('Service', 'bent-canary'), 'spec', 'selector', 'app');
      await rollout.comes('has its canary Service back', () => canary() === 'bent');
    },
    TIMEOUT,
  );

  it.concurrent(
    'another target is initialized first, and its primary gets the traffic when it is ready',
    async () => {
      const w = await world.started();
      const wish = { name: 'renamed', provider: 'istio', service: { name: 'shop' } };
      const rollout = await Rollout.install(w, wish);
      const ready: unknown[] = [];
      w.sandbox.store.subscribe('services', ({ object }) => {
        if (valueAt(object, 'spec', 'selector', 'app') !== 'renamed-two-primary') return;
        ready.push(valueAt(w.get('Deployment', 'renamed-two-primary'), 'status', 'readyReplicas'));
      });
      w.apply(workloadManifest({ ...wish, name: 'renamed-two', container: { image: 'renamed:2' } }));
      await rollout.amend({ spec: { targetRef: { name: 'renamed-two' } } });
      await rollout.tells(
        'The target of renamed.test is deployment renamed-two from now on, no longer deployment renamed',
      );
      await rollout.comes('is initialized again', () => rollout.phase === 'Initialized');
      expect(ready.length).toBeGreaterThan(0);
      expect(ready.every((replicas) => replicas === 2)).toBe(true);
      expect(valueAt(w.get('Service', 'shop'), 'spec', 'selector', 'app')).toBe('renamed-two-primary');
      expect(rollout.run).not.toContainEqual(expect.stringContaining('New revision detected'));
      // What served until then is left for whoever renamed it to delete.
      expect(w.get('Deployment', 'renamed-primary')).toBeDefined();
    },
    TIMEOUT,
  );

  it.concurrent(
    'labels and annotations that others put on routes stay through a release',
    async () => {
      const w = await world.started();
      const rollout = await Rollout.install(w, { name: 'noted', provider: 'istio' });
      await w.patch('VirtualService', 'noted', {
        metadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
      });
      await rollout.push('noted:2');
      await rollout.rests('Succeeded');
      const { labels, annotations } = w.get('VirtualService', 'noted')?.metadata ?? {};
      expect([labels?.['team'], annotations?.['note']]).toEqual(['a', 'b']);
    },
    TIMEOUT,
  );
});

describe('definitions', () => {
  it.concurrent(
    'as Flagger installs them are replaced at the start, and the Canaries in them go on',
    async () => {
      const w = await others.start();
      w.apply(withoutMemory(definition('canary')));
      const rollout = Rollout.apply(w, { name: 'migrated', provider: 'istio' });
      const controller = await w.leader();
      await rollout.reaches('Initialized');
      expect(valueAt(rollout.canary, 'status', 'serin')).toBeDefined();
      const applied = controller.lines().filter(({ msg }) => msg === 'definition applied');
      expect(applied.map((line) => line['definition'])).toContain('canaries.flagger.app');
    },
    TIMEOUT,
  );

  it.concurrent(
    'that may not be replaced leave everything alone; it is said what to run, and when that is done it goes on',
    async () => {
      const w = await others.start();
      w.apply(
        withoutMemory(definition('canary')),
        definition('metric-template'),
        definition('alert-provider'),
      );
      const rollout = Rollout.apply(w, { name: 'untouched', provider: 'istio' });
      const { kubeconfig } = await w.accountOf('reader', { denied: [DEFINITIONS] });
      const controller = w.controller([`-kubeconfig=${kubeconfig}`]);
      await w.eventually('it is said', () => lastError(controller.lines()).includes(REMEDY));
      const ready = await fetch(`${deskOf(controller)}/readyz`);
      expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining(REMEDY)]);
      expect((await fetch(`${deskOf(controller)}/healthz`)).status).toBe(200);
      expect(w.get('Deployment', 'untouched-primary')).toBeUndefined();
      expect(valueAt(w.get('Deployment', 'untouched'), 'spec', 'replicas')).toBe(2);
      w.apply(definition('canary'));
      await rollout.reaches('Initialized');
      expect((await fetch(`${deskOf(controller)}/readyz`)).status).toBe(200);
    },
    TIMEOUT,
  );

  it.concurrent(
    'that are missing and may be neither read nor made are noticed when they come',
    async () => {
      const w = await others.start();
      const denied = [{ resources: ['customresourcedefinitions'] }];
      const { kubeconfig } = await w.accountOf('blind', { denied });
      const controller = w.controller([`-kubeconfig=${kubeconfig}`, '-install-crds=false']);
      await w.eventually('it is said', () => lastError(controller.lines()).includes(REMEDY));
      expect(lastError(controller.lines())).toMatch(/^definition \w+\.flagger\.app does not exist: /);
      w.apply(definition('canary'), definition('metric-template'), definition('alert-provider'));
      const rollout = Rollout.apply(w, { name: 'awaited', provider: 'istio' });
      await rollout.reaches('Initialized');
    },
    TIMEOUT,
  );
});

describe('an API server that is too old', () => {
  it.concurrent(
    'is refused with the reason',
    async () => {
      const w = await others.start({ version: { minor: '26', gitVersion: 'v1.26.15' } });
      const controller = w.controller();
      expect(await controller.ended).toBe(1);
      expect(lastError(controller.lines())).toBe(
        'the API server is v1.26.15, Serin needs Kubernetes 1.27 or later',
      );
    },
    TIMEOUT,
  );
});

function lastError(lines: readonly Readonly<Record<string, unknown>>[]): string {
  return String(lines.findLast(({ level }) => level === 'error')?.['detail']);
}

/** The definition without the member of the status that holds our memory. */
function withoutMemory(text: string): Readonly<Record<string, unknown>> {
  const found = parse(text) as {
    readonly spec: {
      readonly versions: readonly {
        readonly schema: {
          readonly openAPIV3Schema: {
            readonly properties: { readonly status: { readonly properties: Record<string, unknown> } };
          };
        };
      }[];
    };
  };
  for (const { schema } of found.spec.versions) {
    delete schema.openAPIV3Schema.properties.status.properties['serin'];
  }
  return found;
}
