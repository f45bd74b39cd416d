/**
 * Providers that leave the user's own route alone: beside it there is a copy that leads to the canary and comes before it.
 * The user's is read and never written.
 */
import type { KubeObject, ObjectMeta, ObjectRef } from '../api/objects.ts';
import type { Routes } from '../core/model.ts';
import type { Percent } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import { readMark } from './mark.ts';
import { find, isOwned, routeMetadata } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';

export type Annotations = Readonly<Record<string, string>>;

/** What a provider knows of the copy. */
export interface Copying {
  /** The user's route. */
  readonly main: ObjectRef;
  readonly copy: ObjectRef;
  /** Where the share is written, for people. */
  readonly place: string;
  /** Why the user's route cannot be split, as a sentence; undefined where it can. */
  objectionTo(main: KubeObject): string | undefined;
  /** The annotations of the copy that say who is sent to the canary. */
  isPosition(key: string): boolean;
  /** Whether what has the copy's name, and is none of ours, was made for a canary. */
  isCanary(found: KubeObject): boolean;
  /** Whether it says anything of the canary: what another provider left here does not. */
  leads(found: KubeObject): boolean;
  /** Undefined where its weights make no share. */
  shareIn(found: KubeObject): Percent | undefined;
  /** Made from the user's, or from the copy as it is where that leads elsewhere; undefined where there is neither. */
  specOf(main: KubeObject | undefined, found: KubeObject | undefined, routes: Routes): unknown;
  /** `before` are those of the copy, or of the user's route where there is none yet. */
  positionAnnotations(routes: Routes, before: Annotations): Annotations;
  /** The copy as it leads nobody to the canary, nor to what goes with the Canary. */
  home(found: KubeObject): KubeObject;
}

/** The translations of a provider that copies; `copyingOf` is undefined for a Canary that names no route of the user's. */
export function copying(
  copyingOf: (service: RoutedService) => Copying | undefined,
): Pick<TrafficProvider, 'refs' | 'render' | 'parse' | 'release'> {
  return {
    refs(service) {
      const of = copyingOf(service);
      const { namespace } = service;
      return of === undefined ? [] : [of.copy, of.main].map((ref) => ({ ...ref, namespace }));
    },

    render(service, routes, current) {
      const of = copyingOf(service);
      if (of === undefined) return [];
      const found = find(current, of.copy);
      const main = find(current, of.main);
      const source = main !== undefined && of.objectionTo(main) === undefined ? main : undefined;
      // A copy of nothing, which leads to no canary either, has no position: to write one would never be seen done.
      const usable = source !== undefined || (found !== undefined && of.leads(found));
      const spec = of.specOf(source, found, routes);
      if (!usable || spec === undefined || foreignness(service, of, found) !== undefined) return [];
      const { apiVersion, kind } = of.copy;
      const metadata = metadataOf(service, of, routes, current);
      return [{ ...(found ?? { apiVersion, kind }), metadata, spec }];
    },

    parse(service, current) {
      const of = copyingOf(service);
      if (of === undefined) return err({ kind: 'absent' });
      const found = find(current, of.copy);
      const trouble = troubleWith(service, of, current);
      const isForeign = foreignness(service, of, found) !== undefined;
      if (found === undefined || isForeign || !of.leads(found)) {
        return err(trouble === undefined ? { kind: 'absent' } : { ...trouble, written: undefined });
      }
      const canary = of.shareIn(found);
      if (canary === undefined) {
        const detail = `${of.copy.kind} ${of.copy.name}.${service.namespace}: no weight for ${service.apex}-canary in ${of.place}`;
        return err({ kind: 'malformed', detail });
      }
      const routes = { canary, mirrored: false };
      return trouble === undefined ? ok(routes) : err({ ...trouble, written: routes });
    },

    /** One of our own goes with the Canary, and maybe after the Services that it leads to: nobody is sent there any more. */
    release(service, current) {
      const of = copyingOf(service);
      if (of === undefined) return [];
      const found = find(current, of.copy);
      if (found === undefined || foreignness(service, of, found) !== undefined) return [];
      const restored = restoreOriginal(found, service.owner, (key) => of.isPosition(key));
      if (restored !== undefined) return [restored];
      return isOwned(found, service.owner) ? [of.home(found)] : [];
    },
  };
}

export function withoutKeys(annotations: Annotations, unwanted: (key: string) => boolean): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !unwanted(key)));
}

/** Why what has the name of the copy is not to be touched: it has nothing to do with canaries, or is another's copy. */
function foreignness(service: RoutedService, of: Copying, found: KubeObject | undefined): string | undefined {
  if (found === undefined || isOwned(found, service.owner)) return undefined;
  const { kind, name } = of.copy;
  const subject = `${kind} ${name}.${service.namespace}`;
  const controller = found.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (controller !== undefined) {
    const owner = `${controller.kind} ${controller.name}`;
    return `${subject} belongs to ${owner}; give each Canary an ${kind} of its own`;
  }
  const canary = readMark(found).mark >= 0 || of.isCanary(found);
  return canary ? undefined : `${subject} exists and is no canary; delete or rename it`;
}

/** Why the user's route cannot be split. */
function troubleWith(
  service: RoutedService,
  of: Copying,
  current: readonly KubeObject[],
): { readonly kind: 'pending'; readonly detail: string } | undefined {
  const main = find(current, of.main);
  const detail =
    foreignness(service, of, find(current, of.copy)) ??
    (main === undefined
      ? `${of.main.kind} ${of.main.name}.${service.namespace} not found`
      : of.objectionTo(main));
  return detail === undefined ? undefined : { kind: 'pending', detail };
}

/** Labels and annotations of the user's route are copied when the copy is made; later the copy has its own. */
function metadataOf(
  service: RoutedService,
  of: Copying,
  routes: Routes,
  current: readonly KubeObject[],
): ObjectMeta {
  const isPosition = (key: string): boolean => of.isPosition(key);
  const found = find(current, of.copy);
  const { labels = {}, annotations = {} } = find(current, of.main)?.metadata ?? {};
  const custom =
    found === undefined
      ? { labels, annotations: withoutKeys(annotations, (key) => key.startsWith('kubectl.kubernetes.io/')) }
      : { labels: {}, annotations: rememberOriginal(found, service.owner, isPosition) };
  const metadata = routeMetadata(service, of.copy.name, found, custom);
  const before = found?.metadata.annotations ?? annotations;
  const others = withoutKeys(metadata.annotations ?? {}, isPosition);
  return { ...metadata, annotations: { ...others, ...of.positionAnnotations(routes, before) } };
}
