/**
 * Skipper: beside the user's Ingress a copy of it, `<ingress>-canary`, that leads to primary and canary wherever it led to the
 * apex. Annotations of the copy say how they share requests, and whether the copy comes before the user's at all.
 */
import { at, count, isTree, list, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent, type Percent } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { copying, type Annotations, type Copying } from './copies.ts';
import { ingressRefs, leadsToCanary, notFound } from './ingress.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { parseJson } from './services.ts';
import { shareOf } from './share.ts';

const WEIGHTS = 'zalando.org/backend-weights';
const PREDICATE = 'zalando.org/skipper-predicate';
/** Before every route that has no such predicate. */
const FIRST = 'Weight(100)';
const NEVER = 'False()';
const AND = '&&';
/** Predicates, and what joins them: those in a text or a pattern join nothing. */
const PREDICATES = /&&|(?:"(?:[^"\\]|\\.)*"|`[^`]*`|\/(?:[^/\\]|\\.)*\/|(?!&&)[^])+/g;

export const skipper: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
  routed: true,
  ...copying((service) => service.ingress && copyingOf(service, service.ingress)),
};

function copyingOf(service: RoutedService, ingress: NonNullable<RoutedService['ingress']>): Copying {
  return {
    ...ingressRefs(ingress),
    place: WEIGHTS,
    isPosition: (key) => key === WEIGHTS || key === PREDICATE,
    objectionTo: (main) =>
      pathsIn(main['spec']).some((path) => leadsTo(service.apex, path)) ? undefined : notFound(service, main),
    isCanary: ({ metadata }) => metadata.annotations?.[WEIGHTS] !== undefined,
    leads: (found) => leadsToCanary(service, found) && found.metadata.annotations?.[WEIGHTS] !== undefined,
    shareIn: ({ metadata }) => shareIn(service, metadata.annotations ?? {}),
    specOf: (main, found) => (main === undefined ? found?.['spec'] : shared(tree(main['spec']), service)),
    positionAnnotations: (routes, before) => positionAnnotations(service, routes, before),
    home(found) {
      const { annotations = {} } = found.metadata;
      const home = positionAnnotations(service, { canary: percent(0), mirrored: false }, annotations);
      return { ...found, metadata: { ...found.metadata, annotations: { ...annotations, ...home } } };
    },
  };
}

function pathsIn(spec: unknown): readonly unknown[] {
  return list(at(spec, 'rules')).flatMap((rule) => list(at(rule, 'http', 'paths')));
}

function leadsTo(name: string, path: unknown): boolean {
  return at(path, 'backend', 'service', 'name') === name;
}

/** The same with each path to the apex twice, to the primary and to the canary. */
function shared(spec: Tree, { apex }: RoutedService): Tree {
  const to = (path: unknown, name: string): Tree => {
    const backend = tree(at(path, 'backend'));
    return { ...tree(path), backend: { ...backend, service: { ...tree(backend['service']), name } } };
  };
  const rules = list(spec['rules']).map((rule) => {
    if (!isTree(rule) || !isTree(rule['http'])) return rule;
    const paths = list(rule['http']['paths']).flatMap((path) =>
      leadsTo(apex, path) ? [to(path, `${apex}-primary`), to(path, `${apex}-canary`)] : [path],
    );
    return { ...rule, http: { ...rule['http'], paths } };
  });
  return { ...spec, rules };
}

// ----------------------------------------------------------------------------------------------------------- position

/** Where the canary gets nothing the copy is not used at all. What else there is of weights and demands stays. */
function positionAnnotations({ apex }: RoutedService, { canary }: Routes, before: Annotations): Annotations {
  const written = before[WEIGHTS];
  const ours = { [`${apex}-primary`]: 100 - canary, [`${apex}-canary`]: canary };
  const weights = { ...without(tree(parseJson(written)), apex), ...ours };
  const same = canonicalJson(parseJson(written)) === canonicalJson(weights);
  return {
    [WEIGHTS]: same && written !== undefined ? written : JSON.stringify(weights),
    [PREDICATE]: [canary === 0 ? NEVER : FIRST, ...othersIn(before[PREDICATE])].join(` ${AND} `),
  };
}

function predicatesIn(written: string | undefined): readonly string[] {
  const parts = (written ?? '').match(PREDICATES) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '' && part !== AND);
}

function othersIn(written: string | undefined): readonly string[] {
  return predicatesIn(written).filter((predicate) => predicate !== FIRST && predicate !== NEVER);
}

function shareIn({ apex }: RoutedService, annotations: Annotations): Percent | undefined {
  const weights = tree(parseJson(annotations[WEIGHTS]));
  const named = [`${apex}-primary`, `${apex}-canary`].filter((name) => weights[name] !== undefined);
  const canary = shareOf(
    `${apex}-canary`,
    named.map((name) => ({ name, weight: count(weights[name]) ?? Number.NaN })),
  );
  return canary !== undefined && predicatesIn(annotations[PREDICATE]).includes(NEVER) ? percent(0) : canary;
}
