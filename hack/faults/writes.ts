/** What has been written about some Canaries, to be compared with a later look. */
import { textAt } from '../../test/e2e/harness/look.ts';
import type { Cluster } from '../../test/e2e/suite/cluster.ts';
import type { KindName } from '../../test/e2e/suite/kinds.ts';
import type { Lane } from './lanes.ts';

/** All that a controller writes and nobody else does while all rests. */
const WRITTEN = [
  'Canary',
  'Service',
  'HTTPRoute',
  'TraefikService',
  'ConfigMap',
  'Event',
] as const satisfies readonly KindName[];

/** Versions by object. Of Events those about Canaries, of Deployments their generation: the rest is others'. */
export async function writesIn(
  cluster: Cluster,
  lanes: readonly Lane[],
): Promise<Readonly<Record<string, string>>> {
  const versions: Record<string, string> = {};
  for (const { app } of lanes) {
    for (const kind of WRITTEN) {
      for (const object of await cluster.readAll(kind, app.namespace)) {
        const { metadata } = object;
        if (kind === 'Event' && textAt(object, 'involvedObject', 'kind') !== 'Canary') continue;
        versions[`${kind} ${app.namespace}/${metadata.name}`] = metadata.resourceVersion ?? '';
      }
    }
    for (const { metadata } of await cluster.readAll('Deployment', app.namespace)) {
      versions[`Deployment ${app.namespace}/${metadata.name}`] = String(metadata.generation);
    }
  }
  return versions;
}

/** What was written in between, by name. */
export function writtenBetween(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.keys({ ...before, ...after }).filter((object) => before[object] !== after[object]);
}
