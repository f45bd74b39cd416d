/**
 * APISIX: beside the user's ApisixRoute a copy, `<route>-<apex>-canary`, of what of it leads to the apex. It leads to primary and
 * canary by weight, and comes first by its priority.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Percent } from '../shared/brand.ts';
import { copying, type Copying } from './copies.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.ApisixRoute;
/** Added to that of the user's rule, so that those of the copy keep their order and come before all of his. */
const PRIORITY = 10_000;
/** APISIX's own, where a backend says none. */
const WEIGHT = 100;

export const apisix: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
  routed: true,
  ...copying((service) => (service.route === undefined ? undefined : copyingOf(service, service.route))),
};

function copyingOf(service: RoutedService, route: string): Copying {
  const { apex } = service;
  const refOf = (name: string): ObjectRef => ({ apiVersion, kind, name });
  const names = [`${apex}-primary`, `${apex}-canary`];
  return {
    main: refOf(route),
    copy: refOf(`${route}-${apex}-canary`),
    place: 'spec.http[].backends[].weight',
    isPosition: () => false,
    objectionTo: (main) => objectionTo(service, main),
    isCanary: (found) => rulesIn(found).some((rule) => backendsIn(rule).length > 1),
    leads: (found) => rulesIn(found).some((rule) => leadsTo(rule, ...names)),
    shareIn: (found) => shareIn(service, found),
    specOf: (main, found, { canary }) =>
      main === undefined ? weighed(found?.['spec'], service, canary) : split(main, service, canary),
    positionAnnotations: () => ({}),
    home: (found) => ({ ...found, spec: undone(tree(found['spec']), service) }),
  };
}

function rulesIn(route: KubeObject): readonly Tree[] {
  return list(at(route, 'spec', 'http')).map(tree);
}

function backendsIn(rule: Tree): readonly Tree[] {
  return list(rule['backends']).map(tree);
}

function leadsTo(rule: Tree, ...names: readonly string[]): boolean {
  return backendsIn(rule).some(({ serviceName }) => names.includes(text(serviceName) ?? ''));
}

/** A rule that leads elsewhere as well has shares of its own, which a copy of it could not keep. */
function objectionTo({ apex, namespace }: RoutedService, main: KubeObject): string | undefined {
  const name = `ApisixRoute ${main.metadata.name}.${namespace}`;
  const rules = rulesIn(main);
  const ours = rules.filter((rule) => leadsTo(rule, apex));
  if (ours.length === 0) return `backend ${apex} not found in spec.http[].backends of ${name}`;
  const mixed = ours.find((rule) => backendsIn(rule).length + list(rule['upstreams']).length > 1);
  if (mixed === undefined) return undefined;
  return `spec.http[${rules.indexOf(mixed)}] of ${name} leads to others beside ${apex}; give ${apex} a rule of its own`;
}

/** Whatever else the user's route says of these rules, and of itself, counts for the copy too. */
function split(main: KubeObject, service: RoutedService, canary: number): Tree {
  const http = rulesIn(main)
    .filter((rule) => leadsTo(rule, service.apex))
    .map((rule) => ({
      ...rule,
      priority: PRIORITY + (count(rule['priority']) ?? 0),
      backends: backendsIn(rule).flatMap((backend) => shared(backend, service, canary)),
    }));
  return { ...without(tree(main['spec']), 'http', 'stream'), http };
}

function shared(backend: Tree, { apex }: RoutedService, canary: number): readonly Tree[] {
  return [
    { ...backend, serviceName: `${apex}-primary`, weight: 100 - canary },
    { ...backend, serviceName: `${apex}-canary`, weight: canary },
  ];
}

/** The copy as it is, with other weights. */
function weighed(spec: unknown, { apex }: RoutedService, canary: number): Tree | undefined {
  if (spec === undefined) return undefined;
  const weights: Tree = { [`${apex}-primary`]: 100 - canary, [`${apex}-canary`]: canary };
  return withBackends(tree(spec), (backends) =>
    backends.map((backend) => {
      const weight = weights[text(backend['serviceName']) ?? ''];
      return weight === undefined ? backend : { ...backend, weight };
    }),
  );
}

/** As long as the copy is there it comes first, so it has to lead to what stays. */
function undone(spec: Tree, { apex }: RoutedService): Tree {
  const gone = [`${apex}-primary`, `${apex}-canary`];
  const goes = ({ serviceName }: Tree): boolean => gone.includes(text(serviceName) ?? '');
  return withBackends(spec, (backends) => {
    const first = backends.find(goes);
    const others = backends.filter((backend) => !goes(backend));
    return first === undefined ? others : [{ ...without(first, 'weight'), serviceName: apex }, ...others];
  });
}

function withBackends(spec: Tree, change: (backends: readonly Tree[]) => readonly Tree[]): Tree {
  const http = list(spec['http']).map((rule) => ({
    ...tree(rule),
    backends: change(backendsIn(tree(rule))),
  }));
  return { ...spec, http };
}

/** All rules of the copy share alike; that of the first is the position. */
function shareIn({ apex }: RoutedService, found: KubeObject): Percent | undefined {
  const rule = rulesIn(found).find((one) => leadsTo(one, `${apex}-primary`, `${apex}-canary`)) ?? {};
  const backends = backendsIn(rule).map(({ serviceName, weight = WEIGHT }) => ({
    name: text(serviceName) ?? '',
    weight: count(weight) ?? Number.NaN,
  }));
  return shareOf(`${apex}-canary`, [...backends, { name: `${apex}-canary`, weight: 0 }]);
}
