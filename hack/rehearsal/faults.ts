/**
 * What goes wrong, or is done by people, around one release. Each is of limited length, or cured by the release that
 * follows: what rests for ever on a fault that lasts for ever would prove nothing.
 */
import type { Spec } from '../../src/core/model.ts';
import type { Happening, HookRule, MetricRule, Story, WorkloadRule } from '../../src/rehearsal/story.ts';
import {
  millis,
  percent,
  revision as revisionOf,
  type Millis,
  type Revision,
} from '../../src/shared/brand.ts';

/** A release that is about to be applied, and a random moment of its run. */
export interface Release {
  readonly spec: Spec;
  readonly revision: Revision;
  readonly at: number;
  readonly amid: number;
  readonly random: () => number;
}

export type Mischief = Partial<Omit<Story, 'lasts'>>;

/** The weight that people set by hand. */
export const BY_HAND = 33;

const MINUTE = 60_000;
const DEATHS = [
  'before the commit',
  'after the commit',
  'before set-routes',
  'after set-routes',
  'after write-primary',
];

/** By what a user would call it; undefined where such a Canary cannot meet it. */
export const FAULTS: Readonly<Record<string, (release: Release) => Mischief | undefined>> = {
  'metric beyond its bound': ({ amid, revision }) => metric({ value: 94.2, revision, from: millis(amid) }),
  'metric beyond its bound for a moment': ({ amid }) => metric({ value: 94.2, ...span(amid, 1.5) }),
  'metrics without data': ({ amid }) => ({ metrics: [{ value: 'none', ...span(amid, 8) }] }),
  'gate closed for a while': (release) => gate(release, 'no'),
  'hook that does not answer': (release) => gate(release, 'nothing'),
  'hook that thinks for two minutes': (release) => gate(release, 'yes', millis(2 * MINUTE)),
  'canary that never becomes ready': ({ revision }) =>
    pods({ workload: 'target', revision, readyAfter: 'never' }),
  'canary that starts slowly': ({ revision }) =>
    pods({ workload: 'target', revision, readyAfter: millis(7 * MINUTE) }),
  'primary that does not take the new revision': ({ revision }) =>
    pods({ workload: 'primary', revision, readyAfter: 'never' }),
  'primary that loses its pods': ({ amid }) =>
    pods({ workload: 'primary', readyAfter: 'never', empty: true, ...span(amid, 5) }),
  'API server that refuses writes': ({ amid, random }) => outage(amid, 'api-server', random),
  'mesh that refuses changes': ({ amid, random }) => outage(amid, 'mesh', random),
  'controller away': ({ amid, random }) => outage(amid, 'controller', random),
  'controller killed': ({ amid, random }) => deed(amid, { kind: 'crash', when: oneOf(DEATHS, random) }),
  'newer revision in mid-run': ({ amid, revision }) =>
    deed(amid, { kind: 'push', revision: revisionOf(`${revision}-again`) }),
  'revert in mid-run': ({ amid }) => deed(amid, { kind: 'revert' }),
  'configuration changed in mid-run': ({ amid }) => deed(amid, { kind: 'config', name: 'settings' }),
  'weight set by hand': ({ amid }) => deed(amid, { kind: 'weight', weight: percent(BY_HAND) }),
  'routes edited': ({ amid }) => deed(amid, { kind: 'drift' }),
  'routes deleted': ({ amid }) => deed(amid, { kind: 'delete', what: 'routes' }),
  'Services deleted': ({ amid }) => deed(amid, { kind: 'delete', what: 'services' }),
  'primary deleted': ({ amid }) => deed(amid, { kind: 'delete', what: 'primary' }),
  'snapshots deleted': ({ amid }) => deed(amid, { kind: 'delete', what: 'snapshots' }),
  'target scaled to nothing': ({ amid }) => deed(amid, { kind: 'scale', up: false }),
  'target deleted and applied again': ({ amid, revision }) =>
    undone(amid, { kind: 'delete', what: 'target' }, { kind: 'push', revision }),
  'routed elsewhere, and back': ({ amid }) =>
    undone(amid, { kind: 'reroute', to: 'nginx/podinfo' }, { kind: 'reroute', to: 'istio/podinfo' }),
  'suspended and resumed': ({ amid }) =>
    undone(amid, { kind: 'spec', change: { suspend: true } }, { kind: 'spec', change: { suspend: false } }),
  'made invalid and mended': ({ amid }) =>
    undone(amid, { kind: 'invalid', detail: 'it is wrong' }, { kind: 'mend' }),
  'paused, and no more': ({ amid }) =>
    undone(amid, { kind: 'command', verb: 'pause' }, { kind: 'withdraw', verb: 'pause' }),
  'failed and said to retry': ({ amid, revision }) => ({
    ...metric({ value: 94.2, revision, ...span(amid, 6) }),
    ...deed(amid + 30 * MINUTE, { kind: 'command', verb: 'retry' }),
  }),
  aborted: ({ amid }) => deed(amid, { kind: 'command', verb: 'abort' }),
  'promoted by hand': ({ amid }) => deed(amid, { kind: 'command', verb: 'promote' }),
  'Canary deleted, and made again': ({ amid, spec }) =>
    spec.revertOnDeletion ? deed(amid, { kind: 'delete', what: 'canary' }) : undefined,
};

export function oneOf<Item>(items: readonly Item[], random: () => number): Item {
  const chosen = items[Math.floor(random() * items.length)];
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}

function span(from: number, minutes: number): { readonly from: Millis; readonly until: Millis } {
  return { from: millis(from), until: millis(from + minutes * MINUTE) };
}

function metric(rule: MetricRule): Mischief {
  return { metrics: [{ metric: 'request-success-rate', ...rule }] };
}

/** Any hook of the Canary, for ten minutes. */
function gate({ spec, at, random }: Release, says: HookRule['says'], takes?: Millis): Mischief | undefined {
  const held = spec.hooks.filter(({ type }) => type !== 'rollback');
  if (held.length === 0) return undefined;
  const rule = { hook: oneOf(held, random).name, says, ...span(at, 10) };
  return { hooks: [takes === undefined ? rule : { ...rule, takes }] };
}

function pods(rule: WorkloadRule): Mischief {
  return { workloads: [rule] };
}

/** Up to a quarter of an hour. */
function outage(at: number, of: (Happening & { kind: 'outage' })['of'], random: () => number): Mischief {
  return deed(at, { kind: 'outage', of, span: millis(Math.ceil((0.5 + 14.5 * random()) * MINUTE)) });
}

function deed(at: number, happening: Happening): Mischief {
  return { happenings: [{ at: millis(at), happening }] };
}

/** And ten minutes later what puts it right. */
function undone(at: number, happening: Happening, remedy: Happening): Mischief {
  const later = { at: millis(at + 10 * MINUTE), happening: remedy };
  return { happenings: [{ at: millis(at), happening }, later] };
}
