/** The three Services of a Canary: the apex that clients use, and the ones of primary and canary behind it. */
import { KINDS } from '../api/kinds.ts';
import type { Canary, CustomMetadata } from '../api/model.ts';
import { meaningOfService, specOfCopy } from '../api/service-copy.ts';
import type { KubeObject, ObjectMeta, ObjectRef, OwnerReference } from '../api/objects.ts';
import { at, defined, list, texts, tree, type Tree } from '../api/tree.ts';
import { find, FLUX_OPT_OUT, isOwned, sorted, unlessSame, withoutAnnotations } from './metadata.ts';

/** How the target is selected and which ports were discovered on it. */
export interface SelectedTarget {
  /** The label key that selects the workload, and its value on the target. */
  readonly label: string;
  readonly value: string;
  /** What the primary is selected by, where there is one: it keeps the labels it was made with. */
  readonly primary?: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /**
   * The target is a Service, undefined where it is gone: the canary's is a copy of it, the primary's is made like any
   * primary, and the apex is the target itself.
   */
  readonly service?: { readonly template: KubeObject | undefined };
}

export type Role = 'apex' | 'primary' | 'canary';

const { apiVersion, kind } = KINDS.Service;
/** Ours on any object; never taken for something the user once asked for. */
const OUR_PREFIX = 'serin.dev/';
const TOOLKIT = 'toolkit.fluxcd.io';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export function ownerOf(canary: Canary): OwnerReference {
  const { apiVersion, kind } = KINDS.Canary;
  const { name, uid } = canary;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function serviceRef({ namespace, service }: Canary, role: Role): ObjectRef {
  const name = role === 'apex' ? service.apex : `${service.apex}-${role}`;
  return { apiVersion, kind, namespace, name };
}

/** The Services of primary and canary as they should be, what is not ours taken from `current`. */
export function backendServices(
  canary: Canary,
  target: SelectedTarget,
  current: readonly KubeObject[],
): readonly KubeObject[] {
  const { service } = target;
  if (service !== undefined)
    return service.template === undefined ? [] : [copyOf(canary, service.template, current)];
  return [render(canary, 'canary', target, current), render(canary, 'primary', target, current)];
}

/** The apex Service, selecting the primary; what is not ours taken from `current`. */
export function apexService(
  canary: Canary,
  target: SelectedTarget,
  current: readonly KubeObject[],
): KubeObject {
  return render(canary, 'apex', target, current);
}

/** A target that is a Service, under the canary's name. */
function copyOf(canary: Canary, template: KubeObject, current: readonly KubeObject[]): KubeObject {
  const { name } = serviceRef(canary, 'canary');
  const found = find(current, serviceRef(canary, 'canary'));
  const { trafficDistribution, metadata } = canary.service;
  const { labels, annotations } = metadata.canary;
  const own = (key: string): boolean =>
    key !== LAST_APPLIED && !key.startsWith(OUR_PREFIX) && !key.includes(TOOLKIT);
  const copied = Object.entries(template.metadata.annotations ?? {}).filter(([key]) => own(key));
  const meaning = defined({ ...meaningOfService(template), trafficDistribution });
  return {
    ...found,
    apiVersion,
    kind,
    metadata: metadataOf(canary, name, found, {
      labels: { ...template.metadata.labels, ...labels },
      annotations: { ...Object.fromEntries(copied), ...annotations },
    }),
    spec: specOfCopy(meaning, found),
  };
}

/**
 * The apex as it was before: a Service of the user's selects the target again, as his own manifest says where it is
 * known. One that we made goes with the Canary.
 */
export function releasedApex(
  canary: Canary,
  target: SelectedTarget | undefined,
  current: readonly KubeObject[],
): KubeObject | undefined {
  const found = find(current, serviceRef(canary, 'apex'));
  if (found === undefined || isOwned(found, ownerOf(canary))) return undefined;
  const selector = appliedSelector(found) ?? (target && { [target.label]: target.value });
  const ours = Object.keys(found.metadata.annotations ?? {}).filter((key) => key.startsWith(OUR_PREFIX));
  if (target?.service !== undefined)
    return { ...found, metadata: withoutAnnotations(found.metadata, ...ours) };
  const metadata = withoutAnnotations(found.metadata, ...ours, ...Object.keys(FLUX_OPT_OUT));
  const spec = { ...tree(found['spec']), ...(selector && { selector }) };
  return { ...found, metadata, spec };
}

/** The selector that `kubectl apply` last sent. */
function appliedSelector(object: KubeObject): Readonly<Record<string, string>> | undefined {
  const selector = texts(at(parseJson(object.metadata.annotations?.[LAST_APPLIED]), 'spec', 'selector'));
  return Object.keys(selector).length > 0 ? selector : undefined;
}

export function parseJson(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}

function render(
  canary: Canary,
  role: Role,
  target: SelectedTarget,
  current: readonly KubeObject[],
): KubeObject {
  const { name } = serviceRef(canary, role);
  const found = find(current, serviceRef(canary, role));
  const selector = selectorFor(role, target, found);
  const custom = canary.service.metadata[role];
  const labels = { ...custom.labels, [target.label]: name };
  const metadata = metadataOf(canary, name, found, { labels, annotations: custom.annotations });
  if (found === undefined) return { apiVersion, kind, metadata, spec: newSpec(canary, target, selector) };
  const spec = tree(found['spec']);
  const ports = mergePorts(meantPorts(canary, target), list(spec['ports']), isOwned(found, ownerOf(canary)));
  return {
    ...found,
    metadata,
    spec: { ...spec, selector, ports: unlessSame(spec['ports'], ports, portSet) },
  };
}

/**
 * A target that is made again under other labels must not take the traffic away from a primary that has the old, nor
 * must a Canary that is given another target, as long as that has no primary yet: what is selected now stays.
 */
function selectorFor(
  role: Role,
  { label, value, primary }: SelectedTarget,
  found: KubeObject | undefined,
): Readonly<Record<string, string>> {
  if (role === 'canary') return { [label]: value };
  const selected = texts(at(found, 'spec', 'selector'));
  const made = { [label]: `${value}-primary` };
  return primary ?? (Object.keys(selected).length > 0 ? selected : made);
}

function newSpec(canary: Canary, target: SelectedTarget, selector: Readonly<Record<string, string>>): Tree {
  const { headless, trafficDistribution } = canary.service;
  return defined({
    type: 'ClusterIP',
    clusterIP: headless ? 'None' : undefined,
    trafficDistribution,
    selector,
    ports: meantPorts(canary, target),
  });
}

/**
 * On a Service we made, our metadata and nothing else but what the user declared unmanaged. On anybody else's, only
 * the wish that Flux leaves it alone is added: it selects the primary now, and must go on doing so.
 */
function metadataOf(
  canary: Canary,
  name: string,
  found: KubeObject | undefined,
  custom: CustomMetadata,
): ObjectMeta {
  const owner = ownerOf(canary);
  if (found !== undefined && !isOwned(found, owner)) {
    return { ...found.metadata, annotations: { ...found.metadata.annotations, ...FLUX_OPT_OUT } };
  }
  const { labels, annotations } = canary.service.unmanaged;
  const kept = (of: Readonly<Record<string, string>> | undefined, keys: readonly string[]): Tree =>
    Object.fromEntries(
      Object.entries(of ?? {}).filter(([key]) => keys.includes(key) || key.startsWith(OUR_PREFIX)),
    );
  const { labels: _, ...others } = found?.metadata ?? {
    namespace: canary.namespace,
    ownerReferences: [owner],
    labels: {},
  };
  const meant = texts({ ...kept(found?.metadata.labels, labels), ...custom.labels });
  return {
    ...others,
    name,
    // With none the field is left out, as an API server leaves it out.
    ...(Object.keys(meant).length > 0 && { labels: meant }),
    annotations: texts({
      ...kept(found?.metadata.annotations, annotations),
      ...custom.annotations,
      ...FLUX_OPT_OUT,
    }),
  };
}

// ------------------------------------------------------------------------------------------------------------- ports

function meantPorts({ service }: Canary, { ports }: SelectedTarget): readonly Tree[] {
  const { portName: name, port, targetPort, appProtocol } = service;
  const main = defined({ name, protocol: 'TCP', port, targetPort, appProtocol });
  const discovered = service.portDiscovery ? ports : [];
  return [main, ...discovered.map((found) => ({ ...found, protocol: 'TCP', targetPort: found.port }))];
}

/**
 * Our ports with the node ports they already have. Further ports of a Service that is not ours stay: somebody uses
 * them. Ours win where both claim a name or a number.
 */
function mergePorts(meant: readonly Tree[], found: readonly unknown[], owned: boolean): readonly Tree[] {
  const ours = meant.map((port) => {
    const same = found
      .map(tree)
      .find(({ name, port: number }) => name === port['name'] || number === port['port']);
    return defined({ ...port, nodePort: same?.['nodePort'] });
  });
  if (owned) return ours;
  const claimed = (theirs: Tree): boolean =>
    ours.some((port) => port['name'] === theirs['name'] || sameSocket(port, theirs));
  return [...ours, ...found.map(tree).filter((port) => !claimed(port))];
}

function sameSocket(a: Tree, b: Tree): boolean {
  return a['port'] === b['port'] && (a['protocol'] ?? 'TCP') === (b['protocol'] ?? 'TCP');
}

/** Ports with the defaults the API server gives them; their order means nothing. */
function portSet(ports: unknown): unknown {
  return sorted(
    list(ports).map((port) => {
      const { protocol = 'TCP', port: number, targetPort = number, ...rest } = tree(port);
      return { ...rest, protocol, port: number, targetPort };
    }),
  );
}
