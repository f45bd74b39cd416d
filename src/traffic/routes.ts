/**
 * Everything between a Canary and the objects that route its traffic, whatever the provider: which to read, what
 * they say, how they should be, how to give them back. The mark, the apex Service and adoption are dealt with here.
 */
import type { Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, texts } from '../api/tree.ts';
import type { Cookies, MarkedRoutes, Routes } from '../core/model.ts';
import { later, unreachable, type Instant } from '../shared/brand.ts';
import { markKeyOf, readMark, writeMark, type Mark } from './mark.ts';
import { differs, find, isOwned } from './metadata.ts';
import type { RoutedService, RoutesError, TrafficProvider } from './provider.ts';
import {
  apexService,
  backendServices,
  ownerOf,
  releasedApex,
  serviceRef,
  type SelectedTarget,
} from './services.ts';

const PRIMARY = '-primary';

/** One look at what routes a Canary's traffic. */
export interface RoutesInput {
  readonly canary: Canary;
  readonly provider: TrafficProvider;
  readonly target: SelectedTarget;
  /** What was found of `routeRefs`. */
  readonly current: readonly KubeObject[];
  readonly now: Instant;
  /** When routers have heard again from an API server that was away: nothing is in force for sure before. */
  readonly settledAt?: Instant | undefined;
}

export interface RoutesMeant extends RoutesInput {
  readonly routes: Routes;
  readonly mark: number;
  /** Those of the status, where they are not given. */
  readonly cookies?: Cookies;
}

export interface ObservedRoutes {
  /** Undefined before anything routes, and where what routes is not understood. */
  readonly routes: MarkedRoutes | undefined;
  /** What keeps the routes from being understood. */
  readonly malformed?: string;
  /** What keeps routes that are written from being in force; until then they carry no mark. */
  readonly pending?: string;
}

type Pending = RoutesError & { readonly kind: 'pending' };

export function routedService(canary: Canary): RoutedService {
  const {
    namespace,
    name,
    service,
    analysis,
    provider,
    ingress,
    route,
    ingressClass,
    upstream,
    annotations,
  } = canary;
  const strategy = canary.spec.strategy.kind;
  return {
    namespace,
    name,
    apex: service.apex,
    service,
    analysis,
    strategy,
    owner: ownerOf(canary),
    provider,
    cookies: canary.status.cookies,
    ingress,
    route,
    ingressClass,
    upstream,
    annotations,
  };
}

/** The apex Service, the backends and the provider's objects. */
export function routeRefs(canary: Canary, provider: TrafficProvider): readonly ObjectRef[] {
  if (provider.selfRouting) return provider.refs(routedService(canary));
  const services = (['apex', 'primary', 'canary'] as const).map((role) => serviceRef(canary, role));
  return [...services, ...provider.refs(routedService(canary))];
}

/** The Services of primary and canary, and what else their pods need, that are not as they should be. */
export function renderServices(input: RoutesInput): readonly KubeObject[] {
  const { canary, provider, target, current } = input;
  if (provider.selfRouting) return [];
  return [...changed(backendServices(canary, target, current), current), ...renderBeforePods(input)];
}

/** Of these, what has to be there before their pods are, and is not as it should be. */
export function renderBeforePods({ canary, provider, target, current }: RoutesInput): readonly KubeObject[] {
  return changed(provider.beforePods?.(routedService(canary), target, current) ?? [], current);
}

/**
 * What must be written to put traffic into this position under this mark, the apex Service first; each under the
 * version it was rendered from, or without one where it is to be created.
 */
export function renderRoutes(input: RoutesMeant): readonly KubeObject[] {
  const { canary, provider, routes, current, cookies = canary.status.cookies } = input;
  const service = { ...routedService(canary), cookies };
  const meant = [...apexOf(input), ...provider.render(service, routes, current)];
  return changed(withMark(meant, input), current);
}

/** A target that is the apex itself is left as it is. */
function apexOf({ canary, provider, target, current }: RoutesInput): readonly KubeObject[] {
  if (provider.selfRouting) return [];
  if (target.service === undefined) return [apexService(canary, target, current)];
  return target.service.template === undefined ? [] : [target.service.template];
}

/** The objects, with the mark on the one that carries it. */
export function withMark(objects: readonly KubeObject[], input: RoutesMeant): readonly KubeObject[] {
  const marked = markedRef(input.canary, input.provider);
  return objects.map((object) => (isRef(object, marked) ? marking(object, input) : object));
}

/** Where traffic is, for which intention and since when, and whether anything else about it is wrong. */
export function observeRoutes(input: RoutesInput): ObservedRoutes {
  const { canary, provider, current } = input;
  const parsed = provider.parse(routedService(canary), current);
  const object = find(current, markedRef(canary, provider));
  const known = object !== undefined && isKnown(object, canary);
  if (!parsed.ok)
    return parsed.error.kind === 'pending' ? notInForce(input, parsed.error) : unread(parsed.error, known);
  if (object === undefined) return { routes: undefined };
  const drifted = isDrifted(input, parsed.value);
  return {
    routes: {
      ...parsed.value,
      ...readMark(object, markKeyOf(canary.service)),
      since: inForceSince(input),
      drifted,
    },
  };
}

/** What is written is where traffic will be; until it is taken up, no intention of ours has been carried out. */
function notInForce(input: RoutesInput, { detail, written }: Pending): ObservedRoutes {
  if (written === undefined) return { routes: undefined, pending: detail };
  const since = inForceSince(input);
  return { routes: { ...written, mark: -1, since, drifted: isDrifted(input, written) }, pending: detail };
}

/** Since when, at the latest, routers have what is written. */
export function inForceSince({ canary, provider, current, settledAt }: RoutesInput): Instant {
  return later(markIn(canary, provider, current).since, settledAt);
}

/** The position in the objects, be it in force or not. */
export function positionWritten({ canary, provider, current }: RoutesInput): Routes | undefined {
  const parsed = provider.parse(routedService(canary), current);
  if (parsed.ok) return parsed.value;
  return parsed.error.kind === 'pending' ? parsed.error.written : undefined;
}

/** What must be written for a Canary that is deleted, so that its traffic goes where the user had it go. */
export function releaseTraffic({ canary, provider, target, current }: RoutesInput): readonly KubeObject[] {
  const apex = provider.selfRouting ? undefined : releasedApex(canary, target, current);
  const routes = provider.release(routedService(canary), current);
  return changed([...(apex === undefined ? [] : [apex]), ...routes], current);
}

/** How the target was selected, as far as the apex Service still shows it: for when no workload is left to tell. */
export function formerTarget(
  canary: Canary,
  current: readonly KubeObject[],
): Pick<SelectedTarget, 'label' | 'value'> {
  const selector = texts(at(find(current, serviceRef(canary, 'apex')), 'spec', 'selector'));
  const primary = Object.entries(selector).find(([, value]) => value.endsWith(PRIMARY));
  const [label, value] = primary ?? Object.entries(selector)[0] ?? ['app', canary.target.name];
  return { label, value: value.endsWith(PRIMARY) ? value.slice(0, -PRIMARY.length) : value };
}

/** What must be deleted for it, since nobody else does. */
export function remainsOf({ canary, provider, current }: RoutesInput): readonly KubeObject[] {
  return provider.remains?.(routedService(canary), current) ?? [];
}

export function released(input: RoutesInput): boolean {
  return releaseTraffic(input).length === 0 && remainsOf(input).length === 0;
}

/** The object that holds the position holds its mark: the provider's first, or the apex Service. */
export function markedRef(canary: Canary, provider: TrafficProvider): ObjectRef {
  return provider.refs(routedService(canary))[0] ?? serviceRef(canary, 'apex');
}

function isRef({ apiVersion, kind, metadata }: KubeObject, ref: ObjectRef): boolean {
  return apiVersion === ref.apiVersion && kind === ref.kind && metadata.name === ref.name;
}

function markIn(canary: Canary, provider: TrafficProvider, current: readonly KubeObject[]): Mark {
  return readMark(find(current, markedRef(canary, provider)), markKeyOf(canary.service));
}

/** A mark keeps its time while neither it nor the position changes: a repaired host restarts no interval. */
function marking(object: KubeObject, input: RoutesMeant): KubeObject {
  const { canary, provider, current, mark, now } = input;
  const found = markIn(canary, provider, current);
  const renewed = found.mark !== mark || isElsewhere(input);
  return writeMark(object, { mark, since: renewed ? now : found.since }, markKeyOf(canary.service));
}

/** What cannot be written yet is nowhere, and stays there: its mark is not renewed with every look. */
function isElsewhere(input: RoutesMeant): boolean {
  const { canary, mirrored } = input.routes;
  const written = positionWritten(input);
  if (written === undefined && observeRoutes(input).pending !== undefined) return false;
  return written?.canary !== canary || written.mirrored !== mirrored;
}

/** Somebody's own object that makes no sense to us is not broken: it has not been taken over yet. */
function unread(error: Exclude<RoutesError, Pending>, known: boolean): ObservedRoutes {
  switch (error.kind) {
    case 'absent':
      return { routes: undefined };
    case 'malformed':
      return known ? { routes: undefined, malformed: error.detail } : { routes: undefined };
    default:
      return unreachable(error);
  }
}

export function isKnown(object: KubeObject, canary: Canary): boolean {
  return isOwned(object, ownerOf(canary)) || readMark(object, markKeyOf(canary.service)).mark >= 0;
}

function isDrifted(input: RoutesInput, routes: Routes): boolean {
  const { canary, provider, current } = input;
  const meant = provider.render(routedService(canary), routes, current);
  return changed([...apexOf(input), ...meant], current).length > 0;
}

export function changed(meant: readonly KubeObject[], current: readonly KubeObject[]): readonly KubeObject[] {
  return meant.filter((object) => {
    const { apiVersion, kind, metadata } = object;
    return differs(object, find(current, { apiVersion, kind, name: metadata.name }));
  });
}
