/**
 * ingress-nginx: beside the user's Ingress a copy of it, `<ingress>-canary`, that leads to the canary; annotations of
 * the copy say who is sent there.
 */
import { at, isTree, tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent, type Percent } from '../shared/brand.ts';
import { copying, withoutKeys, type Annotations, type Copying } from './copies.ts';
import { backendsIn, ingressRefs, leadsToCanary, notFound } from './ingress.ts';
import { conditionsOf, objections } from './nginx-conditions.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const ALL = 100;
const HOME: Routes = { canary: percent(0), mirrored: false };

export const nginx: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: true, affinity: false },
  routed: true,
  objections,
  ...copying((service) => service.ingress && copyingOf(service, service.ingress)),
};

function copyingOf(service: RoutedService, ingress: NonNullable<RoutedService['ingress']>): Copying {
  /** Whatever begins so says who is sent to the canary, and is ours. */
  const isPosition = (key: string): boolean => key.startsWith(keyOf(service));
  return {
    ...ingressRefs(ingress),
    place: keyOf(service, 'weight'),
    isPosition,
    objectionTo: (main) =>
      backendsIn(main['spec']).includes(service.apex) ? undefined : notFound(service, main),
    isCanary: ({ metadata }) => metadata.annotations?.[keyOf(service)] === 'true',
    leads: (found) => leadsToCanary(service, found),
    shareIn: ({ metadata }) => shareIn(service, metadata.annotations ?? {}),
    specOf: (main, found) => (main === undefined ? found?.['spec'] : redirected(main['spec'], service)),
    positionAnnotations: (routes) => positionAnnotations(service, routes),
    home(found) {
      const { annotations = {} } = found.metadata;
      if (shareIn(service, annotations) === 0) return found;
      const others = withoutKeys(annotations, isPosition);
      const home = positionAnnotations(service, HOME);
      return { ...found, metadata: { ...found.metadata, annotations: { ...others, ...home } } };
    },
  };
}

/** The same with the canary wherever it led to the apex. */
function redirected(spec: unknown, service: RoutedService): unknown {
  if (Array.isArray(spec)) return spec.map((item) => redirected(item, service));
  if (!isTree(spec)) return spec;
  if (at(spec, 'service', 'name') === service.apex) {
    return { ...spec, service: { ...tree(spec['service']), name: `${service.apex}-canary` } };
  }
  return Object.fromEntries(Object.entries(spec).map(([key, member]) => [key, redirected(member, service)]));
}

// ----------------------------------------------------------------------------------------------------------- position

type Annotation =
  'weight' | 'weight-total' | 'by-header' | 'by-header-value' | 'by-header-pattern' | 'by-cookie';

function keyOf({ ingress }: RoutedService, name?: Annotation): string {
  return `${ingress?.annotationsPrefix ?? ''}/canary${name === undefined ? '' : `-${name}`}`;
}

/** Those chosen by a condition are all sent to the canary; a share of them is nothing that can be said. */
function positionAnnotations(service: RoutedService, { canary }: Routes): Annotations {
  const chosen = service.strategy === 'ab-testing' && canary === ALL;
  if (!chosen) return { [keyOf(service)]: 'true', [keyOf(service, 'weight')]: String(canary) };
  const { header, cookie } = conditionsOf(service.analysis.match);
  return {
    [keyOf(service)]: 'true',
    ...(header && { [keyOf(service, 'by-header')]: header.name }),
    ...(header && { [keyOf(service, header.exact ? 'by-header-value' : 'by-header-pattern')]: header.value }),
    ...(cookie !== undefined && { [keyOf(service, 'by-cookie')]: cookie }),
  };
}

/** Without a weight the canary gets nothing. */
function shareIn(service: RoutedService, annotations: Annotations): Percent | undefined {
  const conditions = [keyOf(service, 'by-header'), keyOf(service, 'by-cookie')];
  if (conditions.some((key) => annotations[key] !== undefined)) return percent(ALL);
  const weight = wholeNumber(annotations[keyOf(service, 'weight')] ?? '0');
  const total = wholeNumber(annotations[keyOf(service, 'weight-total')] ?? String(ALL));
  return shareOf('canary', [
    { name: 'canary', weight },
    { name: 'primary', weight: total - weight },
  ]);
}

function wholeNumber(written: string): number {
  return /^\d+$/.test(written) ? Number(written) : Number.NaN;
}
