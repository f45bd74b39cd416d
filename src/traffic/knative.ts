/**
 * Knative: a Service of its kind shares requests out between its own revisions, so it is target and route in one. The
 * newest revision is the canary; which one is the primary says an annotation. What else there is of it is the user's.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import { latestRevision, PRIMARY_REVISION, primaryRevision } from '../api/knative.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, list, text, tree, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import { MARK } from './mark.ts';
import { find, sorted, unlessSame, withoutAnnotations } from './metadata.ts';
import type { TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.KnativeService;
/** Of the entry for whichever revision is the newest, which names none. */
const LATEST = '';

const Spec = z.object({
  traffic: z
    .array(z.object({ revisionName: z.string().default(LATEST), percent: z.number().default(0) }))
    .default([]),
});

export const knative: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
  routed: true,
  selfRouting: true,

  refs: ({ namespace, apex }) => [{ ...refOf(apex), namespace }],

  render({ apex }, { canary }, current) {
    const found = find(current, refOf(apex));
    const primary = found && primaryRevision(found);
    return found === undefined || primary === undefined ? [] : [routed(found, primary, canary)];
  },

  parse({ namespace, apex }, current) {
    const found = find(current, refOf(apex));
    if (found === undefined) return err({ kind: 'absent' });
    const subject = `Knative Service ${apex}.${namespace}`;
    const primary = primaryRevision(found);
    if (primary === undefined) {
      const detail = `${subject}: the annotation ${PRIMARY_REVISION} is missing`;
      return err({ kind: 'pending', detail, written: undefined });
    }
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success)
      return err({ kind: 'malformed', detail: `${subject}: ${z.prettifyError(parsed.error)}` });
    const shares = parsed.data.traffic.map(({ revisionName, percent }) => ({
      name: revisionName,
      weight: percent,
    }));
    // Somebody's own traffic, applied again over ours, says nothing about the canary: it is to be taken over.
    if (!shares.some(({ name }) => name === primary)) return err({ kind: 'absent' });
    const canary = shareOf(LATEST, [...shares, { name: LATEST, weight: 0 }]);
    if (canary === undefined) {
      const detail = `${subject}: the percents of spec.traffic make no share`;
      return err({ kind: 'malformed', detail });
    }
    const written = { canary, mirrored: false };
    const pending = unobserved(found);
    if (pending === undefined) return ok(written);
    return err({ kind: 'pending', detail: `${subject}: ${pending}`, written });
  },

  /** Nothing unpromoted gets requests by it: the newest revision is followed again only where it is the primary. */
  release({ apex }, current) {
    const found = find(current, refOf(apex));
    const primary = found && primaryRevision(found);
    if (found === undefined || primary === undefined) return [];
    const metadata = withoutAnnotations(found.metadata, PRIMARY_REVISION, MARK);
    const follows = latestRevision(found) === primary;
    const { spec } = routed(found, primary, percent(follows ? 100 : 0));
    const traffic = list(at(spec, 'traffic')).filter((entry) => !follows || isOfUse(entry));
    return [{ ...found, metadata, spec: { ...spec, traffic } }];
  },
};

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

/** Two entries are ours. Others get no requests; those with a tag stay, since they are reached by an address of their own. */
function routed(
  found: KubeObject,
  primary: string,
  canary: Routes['canary'],
): KubeObject & { readonly spec: Tree } {
  const spec = tree(found['spec']);
  const entries = list(spec['traffic']).map(tree);
  const entryFor = (name: string): Tree | undefined =>
    entries.find((entry) => (text(entry['revisionName']) ?? LATEST) === name);
  const [latest, pinned] = [entryFor(LATEST), entryFor(primary)];
  const tagged = entries.filter(
    (entry) => entry !== latest && entry !== pinned && entry['tag'] !== undefined,
  );
  const traffic = [
    { ...latest, latestRevision: true, percent: canary },
    { ...pinned, revisionName: primary, percent: 100 - canary },
    ...tagged.map((entry) => ({ ...entry, percent: 0 })),
  ];
  return { ...found, spec: { ...spec, traffic: unlessSame(spec['traffic'], traffic, meaning) } };
}

/** It is sent requests, or has an address of its own. */
function isOfUse(entry: unknown): boolean {
  return at(entry, 'percent') !== 0 || at(entry, 'tag') !== undefined;
}

/** Entries may come in any order, with or without what Knative fills in. */
function meaning(traffic: unknown): unknown {
  return sorted(
    list(traffic).map((entry) => {
      const { revisionName = LATEST, percent = 0, latestRevision: _, ...rest } = tree(entry);
      return { ...rest, revisionName, percent };
    }),
  );
}

/** Why requests do not go yet where `spec` says; undefined where they do. What nobody reports is taken to be so. */
function unobserved(found: KubeObject): string | undefined {
  const { generation = 0 } = found.metadata;
  const observed = count(at(found, 'status', 'observedGeneration')) ?? generation;
  if (observed < generation) return `Knative has seen generation ${observed} of ${generation}`;
  const routes = list(at(found, 'status', 'conditions')).find((one) => at(one, 'type') === 'RoutesReady');
  if (routes === undefined || at(routes, 'status') === 'True') return undefined;
  const said = [at(routes, 'reason'), at(routes, 'message')].flatMap((word) => text(word) || []);
  return ['its routes are not ready', ...said].join(': ');
}
