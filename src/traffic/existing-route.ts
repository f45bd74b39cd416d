/**
 * A route of the user's that a Canary is to use instead of making one. In every rule that leads to the apex, primary
 * and canary stand in its place and share its weight; for an A/B test a rule of ours comes before it. All else is the
 * user's, today and tomorrow: what is written is worked out from the object as it is, and so is the way back.
 */
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { tree, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent, type Percent } from '../shared/brand.ts';
import { err, ok, type Result } from '../shared/result.ts';
import {
  backendFor,
  canaryFirst,
  isMirrored,
  joined,
  leads,
  obstacleTo,
  primaryAlone,
  shared,
  theirsAmong,
  weightOf,
  workloadIn,
  type RuleList,
} from './existing-rules.ts';
import { markKeyOf, readMark } from './mark.ts';
import { find, FLUX_OPT_OUT, withoutAnnotations } from './metadata.ts';
import type { RoutedService, RoutesError, RoutesFound, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

/** What is known of the routes of a kind. */
export interface RouteKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly lists: readonly RuleList[];
  /** Why what is written is not in force; undefined where it is. */
  readonly unaccepted?: (namespace: string, found: KubeObject) => string | undefined;
}

/** The provider, which for a Canary that names a route of the user's changes that one instead of making its own. */
export function withExistingRoute(
  made: TrafficProvider,
  kinds: readonly [RouteKind, ...RouteKind[]],
): TrafficProvider {
  const meant = ({ service: { existingRoute } }: RoutedService) => {
    if (existingRoute === undefined) return undefined;
    const kind = kinds.find((one) => one.kind === existingRoute.kind) ?? kinds[0];
    const ref: ObjectRef = { apiVersion: kind.apiVersion, kind: kind.kind, name: existingRoute.name };
    return { ...kind, ref };
  };
  return {
    ...made,
    existingRoutes: kinds.map(({ kind }) => kind),

    refs(service) {
      const route = meant(service);
      const [own, ...beside] = made.refs(service);
      if (route === undefined || own === undefined) return made.refs(service);
      return [{ ...route.ref, namespace: service.namespace }, ...beside];
    },

    render(service, routes, current) {
      const route = meant(service);
      if (route === undefined) return made.render(service, routes, current);
      const [own] = made.refs(service);
      const beside = made.render(service, routes, current).filter((object) => object.kind !== own?.kind);
      const found = find(current, route.ref);
      if (found === undefined || obstacleIn(found, route, service) !== undefined) return beside;
      return [...beside, edited(found, route, service, routes)];
    },

    parse(service, current) {
      const route = meant(service);
      if (route === undefined) return made.parse(service, current);
      const subject = `${route.kind} ${route.ref.name}.${service.namespace}`;
      return positionIn(service, route, subject, find(current, route.ref));
    },

    release(service, current) {
      const route = meant(service);
      if (route === undefined) return made.release(service, current);
      const found = find(current, route.ref);
      if (found === undefined) return [];
      // One that cannot be used any more has what was written before on it; one that never could is left alone.
      const untouched = readMark(found, markKeyOf(service.service)).mark < 0;
      const unusable = obstacleIn(found, route, service) !== undefined;
      return unusable && untouched ? [] : [givenBack(found, route, service)];
    },
  };
}

// ------------------------------------------------------------------------------------------------------------ reading

interface Leading {
  readonly rules: RuleList;
  readonly rule: Tree;
}

function positionIn(
  service: RoutedService,
  kind: RouteKind,
  subject: string,
  found: KubeObject | undefined,
): Result<RoutesFound, RoutesError> {
  const waits = (detail: string, written?: RoutesFound): Result<never, RoutesError> =>
    err({ kind: 'pending', detail: `${subject}${detail}`, written });
  if (found === undefined) return waits(' not found');
  const obstacle = obstacleIn(found, kind, service);
  if (obstacle !== undefined) return waits(obstacle);
  const split = leadingIn(found, kind, service).filter(({ rule, rules }) => {
    const { primary, canary } = workloadIn(rule, rules, service);
    return (primary ?? canary) !== undefined;
  });
  // Applied again over what we made of it, it says nothing about the canary: it is to be taken over.
  if (split.length === 0) return err({ kind: 'absent' });
  const shares = split.map((one) => canaryIn(one, service));
  if (shares.includes(undefined)) {
    const detail = `${subject}: the weights of ${service.apex}-primary and ${service.apex}-canary make no share`;
    return err({ kind: 'malformed', detail });
  }
  // Where rules differ nobody is home before the last one is.
  const canary = percent(Math.max(...shares.map((share) => share ?? 0)));
  const written = { canary, mirrored: split.some(({ rule, rules }) => isMirrored(rule, rules, service)) };
  const unaccepted = kind.unaccepted?.(service.namespace, found);
  return unaccepted === undefined ? ok(written) : waits(`: ${unaccepted}`, written);
}

function leadingIn(found: KubeObject, { lists }: RouteKind, service: RoutedService): readonly Leading[] {
  return lists.flatMap((rules) =>
    rules
      .rulesIn(tree(found['spec']))
      .filter((rule) => leads(rule, rules, service))
      .map((rule) => ({ rules, rule })),
  );
}

/** Why the route cannot be used. */
function obstacleIn(found: KubeObject, kind: RouteKind, service: RoutedService): string | undefined {
  const { apex, owner } = service;
  const maker = found.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (maker?.kind === owner.kind) return ` is made by ${maker.kind} ${maker.name}; name one of your own`;
  const leading = leadingIn(found, kind, service);
  if (leading.length === 0) return ` has no rule that leads to ${apex}`;
  const obstacles = leading.flatMap(({ rule, rules }) => obstacleTo(rule, rules, service) ?? []);
  return obstacles[0] && ` leads to ${apex} ${obstacles[0]}`;
}

/** Who is not listed gets nothing. */
function canaryIn({ rule, rules }: Leading, service: RoutedService): Percent | undefined {
  const { primary, canary } = workloadIn(rule, rules, service);
  return shareOf('canary', [
    { name: 'primary', weight: weightOf(primary, rule, rules) },
    { name: 'canary', weight: weightOf(canary, rule, rules) },
  ]);
}

// ------------------------------------------------------------------------------------------------------------ writing

function edited(found: KubeObject, kind: RouteKind, service: RoutedService, routes: Routes): KubeObject {
  const annotations = { ...found.metadata.annotations, ...FLUX_OPT_OUT };
  const spec = eachRule(found, kind, service, (rule, rules) => rulesFor(rule, rules, service, routes));
  return { ...found, metadata: { ...found.metadata, annotations }, spec };
}

/** The route without us: what stands for the workload is the apex again, with its share of the rule. */
function givenBack(found: KubeObject, kind: RouteKind, service: RoutedService): KubeObject {
  const spec = eachRule(found, kind, service, (rule, rules) => [joined(rule, rules, service)]);
  const ours = [markKeyOf(service.service), ...Object.keys(FLUX_OPT_OUT)];
  return { ...found, metadata: withoutAnnotations(found.metadata, ...ours), spec };
}

/** The spec without rules of ours, and with what is to become of each that leads to the workload. */
function eachRule(
  found: KubeObject,
  { lists }: RouteKind,
  service: RoutedService,
  become: (rule: Tree, rules: RuleList) => readonly Tree[],
): Tree {
  return lists.reduce((spec, rules) => {
    const all = rules.rulesIn(spec);
    if (all.length === 0) return spec;
    const next = theirsAmong(all, rules, service).flatMap((rule) =>
      leads(rule, rules, service) ? become(rule, rules) : [rule],
    );
    return rules.withRules(spec, next);
  }, tree(found['spec']));
}

/** For an A/B test those who are chosen come first; connections have nothing to be chosen or copied by. */
function rulesFor(found: Tree, rules: RuleList, service: RoutedService, routes: Routes): readonly Tree[] {
  const { requests } = rules;
  const rule = requests?.unmirrored(found, `${service.apex}-canary`) ?? found;
  const split = shared(rule, rules, service, routes.canary);
  if (service.strategy !== 'ab-testing') {
    if (requests === undefined || !routes.mirrored) return [split];
    return [requests.mirrored(split, backendFor('canary', rule, rules, service), service)];
  }
  const rest = primaryAlone(rule, rules, service);
  if (requests === undefined) return [rest];
  const chosen = requests.narrowed(canaryFirst(split, rules, service), service.analysis.match);
  return chosen === undefined ? [rest] : [chosen, rest];
}
