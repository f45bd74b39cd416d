/**
 * ingress-nginx: beside the user's Ingress a copy of it, `<ingress>-canary`, that leads to the canary; annotations of
 * the copy say who is sent there. The user's own is read and never written.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, isTree, text, tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent, type Percent } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import { readMark } from './mark.ts';
import { find, isOwned, routeMetadata } from './metadata.ts';
import { conditionsOf, objections } from './nginx-conditions.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.Ingress;
const ALL = 100;

export const nginx: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: true, affinity: false },
  routed: true,
  objections,

  refs: ({ namespace, ingress }) =>
    ingress === undefined
      ? []
      : [copyRef(ingress), refOf(ingress.name)].map((ref) => ({ ...ref, namespace })),

  render(service, routes, current) {
    const found = copyIn(service, current);
    const spec = copiedSpec(service, current) ?? found?.['spec'];
    if (service.ingress === undefined || spec === undefined || isForeign(service, found)) return [];
    const metadata = metadataOf(service, service.ingress, current);
    const annotations = { ...metadata.annotations, ...positionAnnotations(service, routes) };
    return [{ ...(found ?? { apiVersion, kind }), metadata: { ...metadata, annotations }, spec }];
  },

  parse(service, current) {
    const found = copyIn(service, current);
    const trouble = troubleWith(service, current);
    const leads = found !== undefined && backendsIn(found['spec']).includes(canaryOf(service));
    if (found === undefined || isForeign(service, found) || !leads) {
      return err(trouble === undefined ? { kind: 'absent' } : { ...trouble, written: undefined });
    }
    const canary = shareIn(service, found.metadata.annotations ?? {});
    if (canary === undefined) {
      const detail = `Ingress ${found.metadata.name}.${service.namespace}: no weight for ${canaryOf(service)} in ${keyOf(service, 'weight')}`;
      return err({ kind: 'malformed', detail });
    }
    const routes = { canary, mirrored: false };
    return trouble === undefined ? ok(routes) : err({ ...trouble, written: routes });
  },

  /** One of our own goes with the Canary, and maybe after the Service that it leads to: nobody is sent there any more. */
  release(service, current) {
    const found = copyIn(service, current);
    if (found === undefined || isForeign(service, found)) return [];
    const restored = restoreOriginal(found, service.owner, isPosition(service));
    if (restored !== undefined) return [restored];
    const { annotations = {} } = found.metadata;
    if (!isOwned(found, service.owner) || shareIn(service, annotations) === 0) return [];
    const home = positionAnnotations(service, { canary: percent(0), mirrored: false });
    const others = withoutKeys(annotations, isPosition(service));
    return [{ ...found, metadata: { ...found.metadata, annotations: { ...others, ...home } } }];
  },
};

type Ingress = NonNullable<RoutedService['ingress']>;

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

function copyRef({ name }: Ingress): ObjectRef {
  return refOf(`${name}-canary`);
}

function copyIn({ ingress }: RoutedService, current: readonly KubeObject[]): KubeObject | undefined {
  return ingress && find(current, copyRef(ingress));
}

function canaryOf({ apex }: RoutedService): string {
  return `${apex}-canary`;
}

/** Why what has the name of the copy is not to be touched: it has nothing to do with canaries, or is another's copy. */
function foreignness(service: RoutedService, found: KubeObject | undefined): string | undefined {
  if (found === undefined || isOwned(found, service.owner)) return undefined;
  const subject = `Ingress ${found.metadata.name}.${service.namespace}`;
  const controller = found.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (controller !== undefined) {
    const owner = `${controller.kind} ${controller.name}`;
    return `${subject} belongs to ${owner}; give each Canary an Ingress of its own`;
  }
  const canary = readMark(found).mark >= 0 || found.metadata.annotations?.[keyOf(service)] === 'true';
  return canary ? undefined : `${subject} exists and is no canary; delete or rename it`;
}

function isForeign(service: RoutedService, found: KubeObject | undefined): boolean {
  return foreignness(service, found) !== undefined;
}

/** Why the user's Ingress cannot be split. */
function troubleWith(
  service: RoutedService,
  current: readonly KubeObject[],
): { readonly kind: 'pending'; readonly detail: string } | undefined {
  const { ingress, namespace, apex } = service;
  if (ingress === undefined) return undefined;
  const said = (detail: string) => ({ kind: 'pending', detail }) as const;
  const foreign = foreignness(service, copyIn(service, current));
  if (foreign !== undefined) return said(foreign);
  const main = find(current, refOf(ingress.name));
  if (main === undefined) return said(`Ingress ${ingress.name}.${namespace} not found`);
  if (backendsIn(main['spec']).includes(apex)) return undefined;
  return said(`backend ${apex} not found in ingress ${ingress.name}.${namespace}`);
}

// --------------------------------------------------------------------------------------------------------------- copy

/** Undefined without an Ingress that leads to the apex. */
function copiedSpec(service: RoutedService, current: readonly KubeObject[]): unknown {
  const main = service.ingress && find(current, refOf(service.ingress.name));
  if (main === undefined || !backendsIn(main['spec']).includes(service.apex)) return undefined;
  return redirected(main['spec'], service);
}

/** The Services that an Ingress leads to. */
function backendsIn(spec: unknown): readonly string[] {
  if (Array.isArray(spec)) return spec.flatMap(backendsIn);
  const name = text(at(spec, 'service', 'name'));
  return [...(name === undefined ? [] : [name]), ...Object.values(tree(spec)).flatMap(backendsIn)];
}

/** The same with the canary wherever it led to the apex. */
function redirected(spec: unknown, service: RoutedService): unknown {
  if (Array.isArray(spec)) return spec.map((item) => redirected(item, service));
  if (!isTree(spec)) return spec;
  if (at(spec, 'service', 'name') === service.apex) {
    return { ...spec, service: { ...tree(spec['service']), name: canaryOf(service) } };
  }
  return Object.fromEntries(Object.entries(spec).map(([key, member]) => [key, redirected(member, service)]));
}

/** Labels and annotations of the user's Ingress are copied when the copy is made; later the copy has its own. */
function metadataOf(service: RoutedService, ingress: Ingress, current: readonly KubeObject[]) {
  const found = copyIn(service, current);
  const { labels = {}, annotations = {} } = find(current, refOf(ingress.name))?.metadata ?? {};
  const isOurs = isPosition(service);
  const custom =
    found === undefined
      ? { labels, annotations: withoutKeys(annotations, (key) => key.startsWith('kubectl.kubernetes.io/')) }
      : { labels: {}, annotations: rememberOriginal(found, service.owner, isOurs) };
  const metadata = routeMetadata(service, copyRef(ingress).name, found, custom);
  return { ...metadata, annotations: withoutKeys(metadata.annotations ?? {}, isOurs) };
}

function withoutKeys(
  annotations: Readonly<Record<string, string>>,
  unwanted: (key: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !unwanted(key)));
}

// ----------------------------------------------------------------------------------------------------------- position

type Annotation =
  'weight' | 'weight-total' | 'by-header' | 'by-header-value' | 'by-header-pattern' | 'by-cookie';

function keyOf({ ingress }: RoutedService, name?: Annotation): string {
  return `${ingress?.annotationsPrefix ?? ''}/canary${name === undefined ? '' : `-${name}`}`;
}

/** Whatever begins so says who is sent to the canary, and is ours. */
function isPosition(service: RoutedService): (key: string) => boolean {
  return (key) => key.startsWith(keyOf(service));
}

/** Those chosen by a condition are all sent to the canary; a share of them is nothing that can be said. */
function positionAnnotations(service: RoutedService, { canary }: Routes): Readonly<Record<string, string>> {
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
function shareIn(service: RoutedService, annotations: Readonly<Record<string, string>>): Percent | undefined {
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
