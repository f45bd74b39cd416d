/** The parents of an HTTPRoute, and whether they have taken it up. */
import type { KubeObject } from '../api/objects.ts';
import { at, count, list, text, tree, type Tree } from '../api/tree.ts';
import { sorted } from './metadata.ts';

const GROUP = 'gateway.networking.k8s.io';

/** A parent with the defaults the API server fills in. */
export function parentRef(ref: Tree): Tree {
  return { ...ref, group: text(ref['group']) ?? GROUP, kind: text(ref['kind']) ?? 'Gateway' };
}

/** Parents in any order. */
export function parents(refs: unknown): unknown {
  return sorted(list(refs).map((ref) => parentRef(tree(ref))));
}

/**
 * Why a parent does not follow the route as it stands. A parent nobody reports on is taken to follow: not every
 * implementation reports. Of several that report on one parent, one that has accepted is enough.
 */
export function unaccepted(refs: readonly Tree[], namespace: string, found: KubeObject): string | undefined {
  const reports = list(at(found, 'status', 'parents'));
  const generation = found.metadata.generation ?? 0;
  for (const parent of refs.map(parentRef)) {
    const verdicts = reports
      .filter((report) => isSameParent(parent, parentRef(tree(at(report, 'parentRef'))), namespace))
      .map((report) => acceptance(report));
    const current = verdicts.some(({ status, observed }) => status === 'True' && observed >= generation);
    const [first] = verdicts;
    if (first === undefined || current) continue;
    const name = text(parent['name']) ?? '';
    return `parent ${name} has not accepted it (status: ${first.status}, observed generation: ${first.observed}, current generation: ${generation})`;
  }
  return undefined;
}

function acceptance(report: unknown): { readonly status: string; readonly observed: number } {
  const accepted = list(at(report, 'conditions')).find((condition) => at(condition, 'type') === 'Accepted');
  const observed = count(at(accepted, 'observedGeneration')) ?? 0;
  return { status: text(at(accepted, 'status')) ?? 'Unknown', observed };
}

function isSameParent(a: Tree, b: Tree, namespace: string): boolean {
  const same = ['group', 'kind', 'name', 'sectionName', 'port'].every((key) => a[key] === b[key]);
  return same && (a['namespace'] ?? namespace) === (b['namespace'] ?? namespace);
}
