import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { takenUp } from '../../e2e/suite/embedded/taken-up.ts';

function object(kind: string, namespace: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { namespace, name } };
}

function aStore() {
  const objects: Record<string, readonly KubeObject[]> = {
    services: [object('Service', 'prod', 'old')],
    pods: [object('Pod', 'prod', 'old')],
  };
  return { objects, list: (key: string) => objects[key] ?? [] };
}

describe('what a router has taken up', () => {
  const names = (found: readonly KubeObject[]): readonly string[] =>
    found.map(({ metadata }) => metadata.name);

  it('stays as it is for a while, and then changes all at once', () => {
    let now = 0;
    const store = aStore();
    const router = takenUp(store, 250, () => now);
    const seen = (): unknown => ['services', 'pods'].map((key) => names(router.list(key, 'prod')));
    expect(seen()).toEqual([['old'], ['old']]);
    store.objects['services'] = [object('Service', 'prod', 'new')];
    store.objects['pods'] = [object('Pod', 'prod', 'new')];
    now = 249;
    expect(seen()).toEqual([['old'], ['old']]);
    now = 250;
    expect(names(router.list('services'))).toEqual(['new']);
    store.objects['pods'] = [object('Pod', 'prod', 'newer')];
    expect(seen()).toEqual([['new'], ['new']]);
  });

  it('is told by namespace', () => {
    const store = aStore();
    const router = takenUp(store, 250, () => 0);
    store.objects['pods'] = [object('Pod', 'prod', 'one'), object('Pod', 'test', 'two')];

    expect(names(router.list('pods', 'test'))).toEqual(['two']);
    expect(names(router.list('pods'))).toEqual(['one', 'two']);
  });
});
