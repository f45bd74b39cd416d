/** VirtualServices of the user's: what of their rules is changed, and how a rule is made for those chosen in an A/B test. */
import { KINDS } from '../api/kinds.ts';
import { at, defined, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { RouteKind } from './existing-route.ts';
import type { RequestRules, RuleList } from './existing-rules.ts';

const { apiVersion, kind } = KINDS.VirtualService;

/** A host may be followed by the namespace and the domain of the cluster. */
function hostOf(destination: Tree): string {
  return text(at(destination, 'destination', 'host')) ?? '';
}

function rulesIn(member: 'http' | 'tls' | 'tcp', requests?: RequestRules): RuleList {
  return {
    rulesIn: (spec) => list(spec[member]).map(tree),
    withRules: (spec, rules) => ({ ...spec, [member]: rules }),
    backends: 'route',
    weight: 0,
    serviceOf(destination, namespace) {
      const [name, elsewhere = namespace] = hostOf(destination).split('.');
      return elsewhere === namespace ? name : undefined;
    },
    renamed(destination, from, to) {
      const host = `${to}${hostOf(destination).slice(from.length)}`;
      return { ...destination, destination: { ...tree(destination['destination']), host } };
    },
    obstacle(destination) {
      const subset = text(at(destination, 'destination', 'subset'));
      return subset && `subset ${subset}, which primary and canary do not have; drop it`;
    },
    ...(requests !== undefined && { requests }),
  };
}

const HTTP = rulesIn('http', {
  narrowed(rule, conditions) {
    if (conditions.length === 0) return undefined;
    const matches = list(rule['match']).map(tree);
    const match = conditions.flatMap((condition) =>
      (matches.length > 0 ? matches : [{}]).map((one) => combined(one, condition)),
    );
    return { ...without(rule, 'name'), match };
  },

  mirrored(rule, to, { analysis }) {
    const destination = tree(to['destination']);
    const percentage = analysis.mirrorWeight > 0 ? { value: analysis.mirrorWeight } : undefined;
    const single = { destination: rule['mirror'], percentage: rule['mirrorPercentage'] };
    const theirs = [...list(rule['mirrors']), ...(rule['mirror'] === undefined ? [] : [defined(single)])];
    if (theirs.length === 0) return defined({ ...rule, mirror: destination, mirrorPercentage: percentage });
    const mirrors = [...theirs, defined({ destination, percentage })];
    return { ...without(rule, 'mirror', 'mirrorPercentage'), mirrors };
  },

  unmirrored(rule, name) {
    const isTo = (host: unknown): boolean => text(host)?.split('.')[0] === name;
    if (isTo(at(rule, 'mirror', 'host'))) return without(rule, 'mirror', 'mirrorPercentage');
    const mirrors = list(rule['mirrors']);
    const left = mirrors.filter((mirror) => !isTo(at(mirror, 'destination', 'host')));
    if (left.length === mirrors.length) return rule;
    if (left.length !== 1) return defined({ ...rule, mirrors: left.length > 0 ? left : undefined });
    const { destination: mirror, percentage: mirrorPercentage } = tree(left[0]);
    return defined({ ...without(rule, 'mirrors'), mirror, mirrorPercentage });
  },
});

export const EXISTING_ROUTES: readonly [RouteKind] = [
  { apiVersion, kind, lists: [HTTP, rulesIn('tls'), rulesIn('tcp')] },
];

/** Where both say something the rule has the say; of one header or label the test. */
function combined(match: Tree, condition: Tree): Tree {
  const both = (member: string): Tree | undefined => {
    const all = { ...tree(match[member]), ...tree(condition[member]) };
    return Object.keys(all).length > 0 ? all : undefined;
  };
  return defined({
    ...condition,
    ...match,
    headers: both('headers'),
    sourceLabels: both('sourceLabels'),
  });
}
