/** One look at everything a Canary is made of, and what it means to the core. Reads caches; writes nothing. */
import { kindOf } from '../api/kinds.ts';
import { workloadOf } from '../api/knative.ts';
import type { Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import type { Observed } from '../core/model.ts';
import {
  autoscalerRefs,
  formerAutoscaler,
  pausedRefs,
  renderAutoscaler,
  resumeFormer,
} from '../targets/autoscalers.ts';
import { targetKind } from '../targets/registry.ts';
import type { Look, TargetKind, TargetMetadata } from '../targets/target.ts';
import { tracesOf } from '../targets/traces.ts';
import { resolveTraffic } from '../traffic/registry.ts';
import { observeLeft, placeAsked, placeRefs, placesLeft, type LeftInput } from '../traffic/places.ts';
import {
  formerTarget,
  observeRoutes,
  released,
  renderServices,
  routeRefs,
  type RoutesInput,
} from '../traffic/routes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { BlindError, type ConfigShelf } from './configs.ts';
import type { Tools } from './tools.ts';

const PLAIN = 'kubernetes';

export const FINALIZER = 'finalizer.flagger.app';

export interface View {
  readonly canary: Canary;
  /** Undefined for a kind we cannot roll out. */
  readonly kind: TargetKind | undefined;
  readonly look: Look;
  /** What the routes are made of; a sentence where the target does not say enough. */
  readonly routing: Result<RoutesInput, string>;
  /** Where the spec wants the routes; undefined where its provider is none that is known. */
  readonly place: string | undefined;
  /** What routes in places that were left. */
  readonly left: readonly LeftInput[];
  /** Target and primary as the API server has them, while a status of Flagger's is still to be taken over. */
  readonly untaken?: readonly KubeObject[];
}

/** Looks again, at nothing older than our own last writes. `onLook` is told at which objects. */
export async function lookAt(
  tools: Tools,
  shelf: ConfigShelf,
  canary: Canary,
  onLook: (refs: readonly ObjectRef[]) => void,
  signal: AbortSignal,
): Promise<View> {
  const { watched, clock, settings } = tools;
  const kind = targetKind(canary.target);
  const terminating = canary.status.phase === 'Terminating';
  // A provider nobody knows must not hold up a deletion: then the Service is all there is to give back.
  const traffic = resolveTraffic(canary.provider) ?? (terminating ? resolveTraffic(PLAIN) : undefined);
  // Nor must an autoscaler that may not be looked at: the target comes back with what the primary has.
  const autoscalers = terminating
    ? await watchKinds(tools, pausedRefs(canary), signal, skip)
    : autoscalerRefs(canary);
  const workloads = [...(kind?.refs(canary) ?? []), ...autoscalers].map((ref) => inside(canary, ref));
  const routes = (traffic === undefined ? [] : routeRefs(canary, traffic.provider)).map((ref) =>
    inside(canary, ref),
  );
  const place = traffic && placeAsked(canary, traffic.provider);
  const places = placesLeft(canary, place);
  const former = places.flatMap((one) => placeRefs(one)).map((ref) => inside(canary, ref));
  await watchKinds(tools, [...workloads, ...routes, ...former], signal, blind);
  await watched.caughtUp([...workloads, ...routes, ...former], { signal });
  const options = {
    selectorLabels: settings.selectorLabels,
    includeLabelPrefixes: settings.includeLabelPrefixes,
    trackConfigs: settings.trackConfigs,
  };
  const bare: Look = { canary, options, now: clock.now(), objects: objectsOf(tools, workloads) };
  const further = (kind?.furtherRefs?.(bare) ?? []).map((ref) => inside(canary, ref));
  const configs = (kind?.configRefs(bare) ?? []).map((ref) => inside(canary, ref));
  onLook([...workloads, ...routes, ...former, ...further, ...configs]);
  await watchKinds(tools, [...further, ...configs], signal, blind);
  const found = [...objectsOf(tools, further), ...(await shelf.look(tools, configs, signal))];
  const look = { ...bare, objects: [...bare.objects, ...found] };
  const current = objectsOf(tools, routes);
  const told = kind?.metadata(look) ?? err(`targets of kind ${canary.target.kind} are not known`);
  const target = told.ok || !terminating ? told : ok({ ...formerTarget(canary, current), ports: [] });
  const times = { now: look.now, settledAt: tools.settledAt() };
  const routing = routingOf(canary, traffic, target, current, times);
  const left = target.ok
    ? places.map((one) => ({
        ...{ place: one.name, canary: one.canary, provider: one.provider },
        ...{ target: target.value, current: objectsOf(tools, former), ...times },
      }))
    : [];
  const view = { canary, kind, look, routing, place, left };
  if (canary.status.origin !== 'flagger') return view;
  return { ...view, untaken: await readAll(tools, bare.objects, signal) };
}

/** With what caches do not keep: who wrote which field, and when. */
async function readAll(
  { objects }: Tools,
  cached: readonly KubeObject[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const { apiVersion, kind, metadata } of cached) {
    const { name, namespace } = metadata;
    const ref = { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
    const read = await objects.read(ref, { signal });
    if (read.ok) found.push(read.value);
    else if (read.error.kind === 'unavailable') throw new Error(read.error.detail);
  }
  return found;
}

/**
 * What not every Canary needs is watched from the moment one first uses some. Those of which that is possible;
 * `refused` is told why of the first that may not be looked at, and of every other it lets pass.
 */
async function watchKinds(
  { watched }: Tools,
  refs: readonly ObjectRef[],
  signal: AbortSignal,
  refused: (detail: string) => void,
): Promise<readonly ObjectRef[]> {
  const seen: ObjectRef[] = [];
  for (const ref of refs) {
    const kind = kindOf(ref);
    if (kind === undefined) continue;
    const known = await watched.watch(kind, { signal });
    if (known.ok) seen.push(ref);
    else refused(known.error.detail);
  }
  return seen;
}

function blind(detail: string): never {
  throw new BlindError(detail);
}

function skip(): void {
  // A look goes on without it.
}

function routingOf(
  canary: Canary,
  traffic: ReturnType<typeof resolveTraffic>,
  target: Result<TargetMetadata, string>,
  current: readonly KubeObject[],
  times: Pick<RoutesInput, 'now' | 'settledAt'>,
): Result<RoutesInput, string> {
  if (traffic === undefined) return err(`there is no traffic provider ${JSON.stringify(canary.provider)}`);
  if (!target.ok) return target;
  return {
    ok: true,
    value: { canary, provider: traffic.provider, target: target.value, current, ...times },
  };
}

function objectsOf({ watched }: Tools, refs: readonly ObjectRef[]): readonly KubeObject[] {
  return refs.flatMap((ref) => {
    const object = watched.get(ref);
    return object === undefined ? [] : [object];
  });
}

/** What is of the whole cluster is in no namespace, a Canary's no more than another. */
function inside({ namespace }: Canary, ref: ObjectRef): ObjectRef {
  return kindOf(ref)?.namespaced === false ? ref : { namespace, ...ref };
}

export function observedOf({ canary, kind, look, routing, place, left, untaken }: View): Observed {
  const seen = routing.ok ? observeRoutes(routing.value) : undefined;
  const autoscaler = renderAutoscaler(look);
  const terminating = canary.status.phase === 'Terminating';
  return {
    workload: workloadOf(canary.target),
    target: kind?.observeTarget(look),
    primary: kind?.observePrimary(look),
    snapshots: kind?.snapshots(look) ?? [],
    routes: seen?.routes,
    ...(seen?.malformed !== undefined && { malformedRoutes: seen.malformed }),
    place,
    left: left.flatMap((input) => observeLeft(input) ?? []),
    services: routing.ok && renderServices(routing.value).length === 0,
    autoscaler: autoscaler.ok && autoscaler.value === undefined,
    formerAutoscaler: formerAutoscaler(look) !== undefined || resumeFormer(look) !== undefined,
    finalizer: canary.object.metadata.finalizers?.includes(FINALIZER) ?? false,
    released: terminating && routing.ok && [routing.value, ...left].every((input) => released(input)),
    ...(untaken !== undefined && { traces: tracesOf(look, untaken) }),
  };
}
