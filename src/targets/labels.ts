/** Which labels and annotations a clone has, and by which label a workload is selected. */
import type { KubeObject } from '../api/objects.ts';
import { at, texts, type Tree } from '../api/tree.ts';
import { err, ok, type Result } from '../shared/result.ts';

export type Labels = Readonly<Record<string, string>>;

export const PRIMARY = '-primary';
const TOOLKIT = 'toolkit.fluxcd.io';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Written by controllers about the one object they are on. */
const OF_ONE_OBJECT = ['deployment.kubernetes.io/', 'deprecated.daemonset.template.generation', 'serin.dev/'];

export interface Selector {
  readonly label: string;
  readonly value: string;
}

/** The first of `keys` that the workload is selected by. */
export function selectorOf(workload: KubeObject, keys: readonly string[]): Result<Selector, string> {
  const labels = matchLabels(workload);
  const label = keys.find((key) => labels[key] !== undefined);
  const value = label === undefined ? undefined : labels[label];
  if (label !== undefined && value !== undefined) return ok({ label, value });
  const { name, namespace = 'default' } = workload.metadata;
  const subject = `${workload.kind.toLowerCase()} ${name}.${namespace}`;
  return err(`${subject} spec.selector.matchLabels must contain one of [${keys.join(' ')}]`);
}

export function matchLabels(workload: KubeObject): Labels {
  return texts(at(workload, 'spec', 'selector', 'matchLabels'));
}

/** The labels whose keys begin with one of the prefixes; `*` stands for all. Flux's own are never among them. */
export function includeLabels(labels: Labels | undefined, prefixes: readonly string[]): Labels {
  const included = (key: string): boolean =>
    prefixes.some((prefix) => prefix === '*' || key.startsWith(prefix));
  return pick(labels, (key) => included(key) && !key.includes(TOOLKIT));
}

/** The labels with the value that selects the primary, and nothing else changed. */
export function primaryLabels(labels: Labels | undefined, { label, value }: Selector): Labels {
  return { ...labels, [label]: `${value}${PRIMARY}` };
}

/** Annotations that say something about the workload, not about the one object that carries them. */
export function cloneAnnotations(annotations: Labels | undefined): Labels {
  const own = (key: string): boolean => OF_ONE_OBJECT.some((prefix) => key.startsWith(prefix));
  return pick(annotations, (key) => key !== LAST_APPLIED && !own(key) && !key.includes(TOOLKIT));
}

/** What an object has of its own beside what was cloned onto it, without kubectl's word on what it was cloned from. */
export function foreignAnnotations(annotations: Labels | undefined): Labels {
  return pick(annotations, (key) => key !== LAST_APPLIED);
}

function pick(labels: Labels | undefined, wanted: (key: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => wanted(key)));
}

// ---------------------------------------------------------------------------------------------- rules about neighbours

/**
 * The pod spec with rules that keep pods of one workload apart, or spread them, speaking of the primary where they
 * spoke of the target. What they say about other workloads stays.
 */
export function retarget(podSpec: Tree, name: string, keys: readonly string[]): Tree {
  const rename = (selector: unknown): unknown => retargetSelector(selector, name, keys);
  const spread = each(podSpec['topologySpreadConstraints'], (rule) => change(rule, 'labelSelector', rename));
  const term = (value: unknown): unknown => change(value, 'labelSelector', rename);
  const apart = (rules: unknown): unknown =>
    change(
      change(rules, 'requiredDuringSchedulingIgnoredDuringExecution', (terms) => each(terms, term)),
      'preferredDuringSchedulingIgnoredDuringExecution',
      (terms) => each(terms, (weighted) => change(weighted, 'podAffinityTerm', term)),
    );
  return {
    ...podSpec,
    ...(spread !== undefined && { topologySpreadConstraints: spread }),
    ...(podSpec['affinity'] !== undefined && {
      affinity: change(podSpec['affinity'], 'podAntiAffinity', apart),
    }),
  };
}

function retargetSelector(selector: unknown, name: string, keys: readonly string[]): unknown {
  const labelled = change(selector, 'matchLabels', (labels) =>
    Object.fromEntries(
      Object.entries(texts(labels)).map(([key, value]) => [
        key,
        keys.includes(key) && value === name ? `${name}${PRIMARY}` : value,
      ]),
    ),
  );
  return change(labelled, 'matchExpressions', (expressions) =>
    each(expressions, (expression) =>
      keys.includes(String(at(expression, 'key')))
        ? change(expression, 'values', (values) =>
            each(values, (value) => (value === name ? `${name}${PRIMARY}` : value)),
          )
        : expression,
    ),
  );
}

/** The map with one member changed, if it is there; anything else as it is. */
export function change(value: unknown, key: string, by: (member: unknown) => unknown): unknown {
  const member = at(value, key);
  return member === undefined || member === null ? value : { ...(value as Tree), [key]: by(member) };
}

/** The list with every item changed; anything else as it is. */
export function each(value: unknown, by: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(by) : value;
}
