/**
 * Where a Canary's routes are: in the objects of which provider, for which Service. A place has a name, so that it can
 * be remembered; when a Canary is given another one, traffic has to be brought home in the former as well, by changing
 * what moves traffic there and nothing else, since what else it should look like nobody says any more.
 */
import type { Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { isTree, type Tree } from '../api/tree.ts';
import type { LeftRoutes, Routes } from '../core/model.ts';
import { percent } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { find } from './metadata.ts';
import type { TrafficProvider } from './provider.ts';
import { resolveTraffic } from './registry.ts';
import {
  changed,
  inForceSince,
  isKnown,
  markedRef,
  positionWritten,
  routedService,
  routeRefs,
  withMark,
  type RoutesInput,
  type RoutesMeant,
} from './routes.ts';

/** A place, and the Canary as if its routes were there. */
export interface Place {
  readonly name: string;
  readonly canary: Canary;
  readonly provider: TrafficProvider;
}

/** A look at what routes in a place that was left. */
export interface LeftInput extends RoutesInput {
  readonly place: string;
}

/** `<provider>/<service>`, and the user's Ingress or ApisixRoute where one is split, or `<kind>:<name>` of a route of his. */
function nameOf(canary: Canary, provider: TrafficProvider): string {
  const { kind, name } = markedRef(canary, provider);
  const split: Readonly<Record<string, string | undefined>> = {
    Ingress: canary.ingress?.name,
    ApisixRoute: canary.route,
  };
  const third = canary.service.existingRoute === undefined ? split[kind] : `${kind}:${name}`;
  return [canary.provider, canary.service.apex, ...(third === undefined ? [] : [third])].join('/');
}

/** Undefined where the name means nothing, as after a downgrade. */
export function placeNamed(name: string, canary: Canary): Place | undefined {
  const [provider = '', apex = '', third] = name.split('/');
  const [kind, existing] = third?.includes(':') ? third.split(':') : [];
  const split = existing === undefined ? third : undefined;
  const found = resolveTraffic(provider)?.provider;
  if (found === undefined || apex === '') return undefined;
  const { annotationsPrefix = '' } = canary.ingress ?? {};
  const at: Canary = {
    ...canary,
    provider,
    service: {
      ...canary.service,
      apex,
      existingRoute: existing === undefined ? undefined : { kind, name: existing },
    },
    ingress: split === undefined ? undefined : { name: split, annotationsPrefix },
    route: split,
  };
  return { name, canary: at, provider: found };
}

/** Where the spec wants the routes: under the name the status knows it by, where two names mean the same object. */
export function placeAsked(canary: Canary, provider: TrafficProvider): string {
  const asked = idOf(canary, provider);
  const known = [canary.status.place, ...canary.status.left].find((name) => {
    const place = placeNamed(name, canary);
    return place !== undefined && idOf(place.canary, place.provider) === asked;
  });
  return known ?? nameOf(canary, provider);
}

/** The other places the status names. */
export function placesLeft(canary: Canary, asked: string | undefined): readonly Place[] {
  const names = new Set([...canary.status.left, canary.status.place]);
  if (asked === undefined) names.delete(canary.status.place);
  else names.delete(asked);
  return [...names].flatMap((name) => placeNamed(name, canary) ?? []);
}

export function placeRefs({ canary, provider }: Place): readonly ObjectRef[] {
  return routeRefs(canary, provider);
}

/** What is sent where from there; undefined where nothing of it is left. What makes no sense may send everything. */
export function observeLeft({ place, ...input }: LeftInput): LeftRoutes | undefined {
  const { canary, provider, current } = input;
  const object = find(current, markedRef(canary, provider));
  if (object === undefined) return undefined;
  const since = inForceSince(input);
  const written = positionWritten(input);
  const theirs = canary.service.existingRoute !== undefined && { theirs: true as const };
  if (written !== undefined)
    return { place, canary: written.canary, mirrored: written.mirrored, since, ...theirs };
  const parsed = provider.parse(routedService(canary), current);
  const malformed = !parsed.ok && parsed.error.kind === 'malformed' && isKnown(object, canary);
  return malformed ? { place, canary: percent(100), mirrored: false, since } : undefined;
}

/** What must be written to move traffic there. What is gone is not made again. */
export function renderLeft(input: RoutesMeant): readonly KubeObject[] {
  const { canary, provider, routes, current } = input;
  const service = routedService(canary);
  // A route of the user's is his again, as nobody sends anything to the canary by it any more.
  if (canary.service.existingRoute !== undefined && routes.canary === 0 && !routes.mirrored)
    return changed(provider.release(service, current), current);
  const render = (to: Routes): readonly KubeObject[] => provider.render(service, to, current);
  const there = render(routes).filter((object) => find(current, refOf(object)) !== undefined);
  const from = positionWritten(input);
  const moved = from === undefined ? there : there.map((object) => merged(object, render(from), current));
  const reached = positionWritten({ ...input, current: replaced(current, moved) });
  const right = reached?.canary === routes.canary && reached.mirrored === routes.mirrored;
  return changed(withMark(right ? moved : there, input), current);
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, name: metadata.name };
}

/** An object is the same whichever version of its group it is read in; of a route of the user's a part is a Canary's. */
function idOf(canary: Canary, provider: TrafficProvider): string {
  const { apiVersion, kind, name } = markedRef(canary, provider);
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  const { apex, existingRoute } = canary.service;
  return [group, kind, name, ...(existingRoute === undefined ? [] : [apex])].join('/');
}

function replaced(current: readonly KubeObject[], by: readonly KubeObject[]): readonly KubeObject[] {
  return current.map((object) => find(by, refOf(object)) ?? object);
}

/** The object as found, with what makes it send traffic here rather than there. */
function merged(
  meant: KubeObject,
  before: readonly KubeObject[],
  current: readonly KubeObject[],
): KubeObject {
  const found = find(current, refOf(meant));
  const base = find(before, refOf(meant));
  if (found === undefined || base === undefined) return meant;
  return { ...meant, ...mergedTree(meant, base, found) };
}

/** `found`, with the members in which `meant` differs from `base`. */
function mergedTree(meant: Tree, base: Tree, found: Tree): Tree {
  const keys = new Set([...Object.keys(found), ...Object.keys(meant)]);
  const members = [...keys].map((key) => [key, mergedValue(meant[key], base[key], found[key])] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function mergedValue(meant: unknown, base: unknown, found: unknown): unknown {
  if (canonicalJson({ is: meant }) === canonicalJson({ is: base })) return found;
  if (isTree(meant) && isTree(base) && isTree(found)) return mergedTree(meant, base, found);
  const lists = Array.isArray(meant) && Array.isArray(base) && Array.isArray(found);
  const alike = lists && meant.length === base.length && base.length === found.length;
  return alike ? meant.map((value, index) => mergedValue(value, base[index], found[index])) : meant;
}
