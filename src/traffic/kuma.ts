/**
 * Kuma: one TrafficRoute that shares requests to the apex out between the Services of primary and canary. It is an
 * object of the whole cluster, named like the apex: it may be there for another namespace, and no namespace takes it
 * along when it goes.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectMeta, ObjectRef } from '../api/objects.ts';
import { at, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { err, ok } from '../shared/result.ts';
import { find, routeMetadata, sorted, unlessSame, withoutAnnotations } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.TrafficRoute;
/** The tag by which everything in a mesh is known. */
const SERVICE = 'kuma.io/service';
/** On a Canary: the mesh its workload is in. */
const MESH = 'kuma.io/mesh';
/** On the object, for which Canary it routes: `<namespace>/<name>`. */
const CANARY = 'serin.dev/canary';

type Role = '' | '-primary' | '-canary';

const Spec = z.object({
  conf: z
    .object({
      split: z
        .array(
          z.object({
            weight: z.number().default(0),
            destination: z.record(z.string(), z.string()).default({}),
          }),
        )
        .default([]),
    })
    .default({ split: [] }),
});

export const kuma: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
  routed: true,

  refs: ({ apex }) => [refOf(apex)],

  render(service, routes, current) {
    const found = find(current, refOf(service.apex));
    if (found !== undefined && foreignness(service, found) !== undefined) return [];
    const { [MESH]: mesh } = service.annotations;
    return [
      {
        ...(found ?? { apiVersion, kind }),
        mesh: mesh ?? found?.['mesh'] ?? 'default',
        metadata: metadataOf(service, found),
        spec: specOf(service, routes, found),
      },
    ];
  },

  parse(service, current) {
    const found = find(current, refOf(service.apex));
    if (found === undefined) return err({ kind: 'absent' });
    const trouble = foreignness(service, found);
    if (trouble !== undefined) return err({ kind: 'pending', detail: trouble, written: undefined });
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success) {
      const detail = `TrafficRoute ${service.apex}: ${z.prettifyError(parsed.error)}`;
      return err({ kind: 'malformed', detail });
    }
    // Somebody's own destinations, applied again over ours, say nothing about the canary: they are to be taken over.
    if (!leads(service, found)) return err({ kind: 'absent' });
    const weights = parsed.data.conf.split.map(({ weight, destination }) => ({
      name: isService(service, '-canary', destination[SERVICE]) ? 'canary' : (destination[SERVICE] ?? ''),
      weight,
    }));
    const canary = shareOf('canary', [...weights, { name: 'canary', weight: 0 }]);
    if (canary !== undefined) return ok({ canary, mirrored: false });
    const detail = `TrafficRoute ${service.apex}: the weights of spec.conf.split make no share`;
    return err({ kind: 'malformed', detail });
  },

  release(service, current) {
    const found = find(current, refOf(service.apex));
    if (found === undefined || foreignness(service, found) !== undefined) return [];
    const restored = restoreOriginal(found, service.owner);
    return restored === undefined
      ? []
      : [{ ...restored, metadata: withoutAnnotations(restored.metadata, CANARY) }];
  },

  remains(service, current) {
    const found = find(current, refOf(service.apex));
    if (found === undefined || foreignness(service, found) !== undefined) return [];
    const made = recordOn(found) !== undefined || leads(service, found);
    return made && restoreOriginal(found, service.owner) === undefined ? [found] : [];
  },
};

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

function recordOn({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[CANARY];
}

/** How Kuma calls a port of a Service. */
function nameOf({ apex, namespace, service }: RoutedService, role: Role): string {
  return `${apex}${role}_${namespace}_svc_${service.port}`;
}

/** Of whichever port: the one the Canary names may have changed. */
function isService({ apex, namespace }: RoutedService, role: Role, name: string | undefined): boolean {
  return name?.startsWith(`${apex}${role}_${namespace}_svc_`) === true;
}

/** Whether it sends anything to primary or canary. */
function leads(service: RoutedService, found: KubeObject): boolean {
  return list(at(found, 'spec', 'conf', 'split')).some((entry) => {
    const name = text(at(entry, 'destination', SERVICE));
    return isService(service, '-primary', name) || isService(service, '-canary', name);
  });
}

/** Why what has the name of the apex is not to be touched: it routes for another Canary, or more than the apex. */
function foreignness(service: RoutedService, found: KubeObject): string | undefined {
  const { apex, namespace, name } = service;
  const subject = `TrafficRoute ${apex}, which there is one of in the whole cluster,`;
  const advice = 'give this Canary another service.name, or delete it where nothing needs it';
  const record = recordOn(found);
  if (record !== undefined) {
    return record === `${namespace}/${name}`
      ? undefined
      : `${subject} routes for Canary ${record}; ${advice}`;
  }
  const routed = list(at(found, 'spec', 'destinations')).map((one) => text(at(one, 'match', SERVICE)) ?? '*');
  const other = routed.find((destination) => !isService(service, '', destination));
  return other === undefined ? undefined : `${subject} routes what is sent to ${other}; ${advice}`;
}

/** It is in no namespace, and nothing in a namespace can own it. */
function metadataOf(service: RoutedService, found: KubeObject | undefined): ObjectMeta {
  const { namespace, name, owner } = service;
  const { labels, annotations } = service.service.metadata.apex;
  const original = found === undefined || leads(service, found) ? {} : rememberOriginal(found, owner);
  const record = { [CANARY]: `${namespace}/${name}` };
  const custom = { labels, annotations: { ...annotations, ...original, ...record } };
  return routeMetadata(service, service.apex, found ?? { apiVersion, kind, metadata: { name } }, custom);
}

/** Who is sent where is ours; how a destination's pods are chosen, and rules for single requests, are not. */
function specOf(service: RoutedService, { canary }: Routes, found: KubeObject | undefined): Tree {
  const spec = tree(found?.['spec']);
  const conf = tree(spec['conf']);
  const entry = (role: Role, weight: number): Tree => ({
    weight,
    destination: { [SERVICE]: nameOf(service, role) },
  });
  const split = [entry('-primary', 100 - canary), entry('-canary', canary)];
  return {
    ...spec,
    sources: [{ match: { [SERVICE]: '*' } }],
    destinations: [{ match: { [SERVICE]: nameOf(service, '') } }],
    conf: {
      ...without(conf, 'destination'),
      split: unlessSame(conf['split'], split, (entries) => sorted(list(entries))),
    },
  };
}
