/** One rule of a route of the user's: who stands for the workload in it, and with which share. */
import type { HttpMatch } from '../api/model.ts';
import { count, list, tree, without, type Tree } from '../api/tree.ts';
import type { Percent } from '../shared/brand.ts';
import type { RoutedService } from './provider.ts';

const ALL = 100;

/** One list of rules in the routes of a kind, and how they are read and changed. */
export interface RuleList {
  readonly rulesIn: (spec: Tree) => readonly Tree[];
  /** Asked only where there were some. */
  readonly withRules: (spec: Tree, rules: readonly Tree[]) => Tree;
  /** The member of a rule that says where it leads. */
  readonly backends: string;
  /** Of one backend among several that says none. */
  readonly weight: number;
  /** The Service that a backend is; undefined where it is something else, or is in another namespace. */
  readonly serviceOf: (backend: Tree, namespace: string) => string | undefined;
  /** Another Service, reached as this one is. */
  readonly renamed: (backend: Tree, from: string, to: string) => Tree;
  /** Only who gets requests may be listed. */
  readonly onlyServing?: true;
  /** Why a backend cannot be replaced by two, as the end of "leads to podinfo by …". */
  readonly obstacle?: (backend: Tree) => string | undefined;
  /** The greatest weight that may be written, where there is one. */
  readonly heaviest?: number;
  /** Left out where rules are about connections, or nothing can be said of requests. */
  readonly requests?: RequestRules;
}

export interface RequestRules {
  /** The rule for those of its requests alone that meet one of these conditions; undefined where none can be said. */
  readonly narrowed: (rule: Tree, conditions: readonly HttpMatch[]) => Tree | undefined;
  /** The rule with copies of its requests sent to this backend. */
  readonly mirrored: (rule: Tree, to: Tree, service: RoutedService) => Tree;
  /** The rule without copies sent to the Service of this name; the very same where there are none. */
  readonly unmirrored: (rule: Tree, name: string) => Tree;
}

/** Those of a rule's backends that stand for the workload. An apex that gets nothing does not. */
export interface Workload {
  readonly apex: Tree | undefined;
  readonly primary: Tree | undefined;
  readonly canary: Tree | undefined;
}

export function backendsOf(rule: Tree, rules: RuleList): readonly Tree[] {
  return list(rule[rules.backends]).map(tree);
}

export function workloadIn(rule: Tree, rules: RuleList, { apex, namespace }: RoutedService): Workload {
  const named = (name: string): Tree | undefined =>
    backendsOf(rule, rules).find((backend) => rules.serviceOf(backend, namespace) === name);
  const whole = named(apex);
  return {
    apex: weightOf(whole, rule, rules) === 0 ? undefined : whole,
    primary: named(`${apex}-primary`),
    canary: named(`${apex}-canary`),
  };
}

/** A backend that is alone gets everything, whatever it says. */
export function weightOf(backend: Tree | undefined, rule: Tree, rules: RuleList): number {
  if (backend === undefined) return 0;
  return count(backend['weight']) ?? (backendsOf(rule, rules).length === 1 ? 1 : rules.weight);
}

/** Why a rule that leads to the workload cannot be shared out, as the end of "leads to podinfo …". */
export function obstacleTo(rule: Tree, rules: RuleList, service: RoutedService): string | undefined {
  const workload = Object.values(workloadIn(rule, rules, service)) as readonly (Tree | undefined)[];
  const names = backendsOf(rule, rules).map((backend) => rules.serviceOf(backend, service.namespace));
  const ours = ['', '-primary', '-canary'].map((role) => `${service.apex}${role}`);
  if (ours.some((one) => names.filter((name) => name === one).length > 1))
    return 'more than once in one rule, by two ports maybe; give each a rule of its own';
  const odd = workload.flatMap((backend) => (backend && rules.obstacle?.(backend)) ?? []);
  if (odd[0] !== undefined) return `by ${odd[0]}`;
  const total = weightIn(rule, rules, service);
  const others = backendsOf(rule, rules).filter((backend) => !workload.includes(backend));
  const weight = Math.max(total, ...others.map((backend) => weightOf(backend, rule, rules)));
  const least = weight * factorFor(total);
  if (rules.heaviest === undefined || least <= rules.heaviest) return undefined;
  return `in a rule with weight ${weight}, which is ${least} where percents are to be whole numbers, and ${rules.heaviest} is allowed; use smaller weights`;
}

export function leads(rule: Tree, rules: RuleList, service: RoutedService): boolean {
  return Object.values(workloadIn(rule, rules, service)).some((backend) => backend !== undefined);
}

/**
 * The rules without those of ours. One of ours names the canary first, as no other does, and stands before the rule it
 * was made of: the last that leads to the workload is never taken for ours.
 */
export function theirsAmong(all: readonly Tree[], rules: RuleList, service: RoutedService): readonly Tree[] {
  return all.filter((rule, index) => {
    const next = all[index + 1];
    const followed = next !== undefined && leads(next, rules, service);
    return !followed || rules.requests === undefined || !namesCanaryFirst(rule, rules, service);
  });
}

function namesCanaryFirst(rule: Tree, rules: RuleList, service: RoutedService): boolean {
  const { primary, canary } = workloadIn(rule, rules, service);
  if (primary === undefined || canary === undefined) return false;
  const backends = backendsOf(rule, rules);
  return backends.indexOf(canary) < backends.indexOf(primary);
}

/** Whether copies of the rule's requests go to the canary. */
export function isMirrored(rule: Tree, rules: RuleList, { apex }: RoutedService): boolean {
  return rules.requests !== undefined && rules.requests.unmirrored(rule, `${apex}-canary`) !== rule;
}

/** Primary and canary in the place of the workload, which share its weight in whole numbers. */
export function shared(rule: Tree, rules: RuleList, service: RoutedService, canary: Percent): Tree {
  const weight = weightIn(rule, rules, service) || 1;
  const factor = factorFor(weight);
  const part = (share: number): number => (weight * factor * share) / ALL;
  const entries = [
    { ...backendFor('primary', rule, rules, service), weight: part(ALL - canary) },
    { ...backendFor('canary', rule, rules, service), weight: part(canary) },
  ];
  const listed = rules.onlyServing ? entries.filter(({ weight: got }) => got !== 0) : entries;
  return replaced(rule, rules, service, listed, (others) => others * factor);
}

/** A rule of ours, made of one that `shared` has made. */
export function canaryFirst(rule: Tree, rules: RuleList, service: RoutedService): Tree {
  const { primary, canary } = workloadIn(rule, rules, service);
  const entries = [canary, primary].filter((backend) => backend !== undefined);
  return replaced(rule, rules, service, entries);
}

/** The primary alone in the place of the workload. */
export function primaryAlone(rule: Tree, rules: RuleList, service: RoutedService): Tree {
  const weight = weightIn(rule, rules, service);
  return replaced(rule, rules, service, [{ ...backendFor('primary', rule, rules, service), weight }]);
}

/** The apex alone, in the smallest whole numbers that are the same shares. */
export function joined(rule: Tree, rules: RuleList, service: RoutedService): Tree {
  const { primary, canary } = workloadIn(rule, rules, service);
  const like = primary ?? canary;
  if (like === undefined) return rule;
  const weight = weightIn(rule, rules, service);
  const from = rules.serviceOf(like, service.namespace) ?? '';
  const whole = { ...rules.renamed(like, from, service.apex), weight };
  const one = replaced(rule, rules, service, [whole]);
  const all = backendsOf(one, rules);
  if (all.length === 1) return { ...one, [rules.backends]: all.map((backend) => without(backend, 'weight')) };
  const unit = all.map((backend) => weightOf(backend, one, rules)).reduce(divisor) || 1;
  const least = all.map((backend) => ({ ...backend, weight: weightOf(backend, one, rules) / unit }));
  return { ...one, [rules.backends]: least };
}

/** How the Service of this role is reached in the rule: as it is by now, or as the workload is. */
export function backendFor(
  role: 'primary' | 'canary',
  rule: Tree,
  rules: RuleList,
  service: RoutedService,
): Tree {
  const found = workloadIn(rule, rules, service);
  const like = found[role] ?? found.apex ?? found.primary ?? found.canary ?? {};
  const from = rules.serviceOf(like, service.namespace) ?? '';
  return rules.renamed(like, from, `${service.apex}-${role}`);
}

function weightIn(rule: Tree, rules: RuleList, service: RoutedService): number {
  const workload = Object.values(workloadIn(rule, rules, service)) as readonly (Tree | undefined)[];
  return workload.reduce((sum, backend) => sum + weightOf(backend, rule, rules), 0);
}

/** The rule with these in the place of the workload, and for the others the weight they have then. */
function replaced(
  rule: Tree,
  rules: RuleList,
  service: RoutedService,
  by: readonly Tree[],
  scaled: (weight: number) => number = (weight) => weight,
): Tree {
  const workload = Object.values(workloadIn(rule, rules, service)) as readonly unknown[];
  const all = backendsOf(rule, rules);
  const first = all.findIndex((backend) => workload.includes(backend));
  const backends = all.flatMap((backend, index) => {
    if (index === first) return by;
    if (workload.includes(backend)) return [];
    const weight = weightOf(backend, rule, rules);
    return [scaled(weight) === weight ? backend : { ...backend, weight: scaled(weight) }];
  });
  return { ...rule, [rules.backends]: backends };
}

/** By which all weights of a rule are multiplied, so that each percent of this one is a whole number. */
function factorFor(weight: number): number {
  return ALL / divisor(weight || 1, ALL);
}

/** The greatest that divides both. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
