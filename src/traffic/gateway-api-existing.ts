/** HTTPRoutes of the user's: what of their rules is changed, and how a rule is made for those chosen in an A/B test. */
import { KINDS } from '../api/kinds.ts';
import { at, list, text, tree, without, type Tree } from '../api/tree.ts';
import { canonicalJson } from '../shared/digest.ts';
import type { RouteKind } from './existing-route.ts';
import type { RuleList } from './existing-rules.ts';
import { unaccepted } from './gateway-api-parents.ts';
import { ANY_PATH, isExpressible, matchOf } from './gateway-api-rules.ts';

const RULES: RuleList = {
  rulesIn: (spec) => list(spec['rules']).map(tree),
  withRules: (spec, rules) => ({ ...spec, rules }),
  backends: 'backendRefs',
  weight: 1,
  heaviest: 1_000_000,
  serviceOf: (backend, namespace) => {
    const { group = '', kind = 'Service', namespace: elsewhere = namespace } = backend;
    return group === '' && kind === 'Service' && elsewhere === namespace ? text(backend['name']) : undefined;
  },
  renamed: (backend, _, name) => ({ ...backend, name }),
  requests: {
    narrowed(rule, conditions) {
      const said = conditions.filter(isExpressible).map(matchOf);
      if (said.length === 0) return undefined;
      const matches = list(rule['matches']).map(tree);
      const both = said.flatMap((condition) =>
        (matches.length > 0 ? matches : [{}]).map((match) => combined(match, condition)),
      );
      // No two rules may have one name.
      return { ...without(rule, 'name'), matches: both };
    },
    mirrored: (rule, to) => {
      const backendRef = without(to, 'weight', 'filters');
      const mirror = { type: 'RequestMirror', requestMirror: { backendRef } };
      return { ...rule, filters: [...list(rule['filters']), mirror] };
    },
    unmirrored(rule, name) {
      const found = list(rule['filters']);
      const filters = found.filter((filter) => at(filter, 'requestMirror', 'backendRef', 'name') !== name);
      if (filters.length === found.length) return rule;
      return filters.length > 0 ? { ...rule, filters } : without(rule, 'filters');
    },
  },
};

export const EXISTING_ROUTES: readonly [RouteKind] = [
  {
    apiVersion: KINDS.HTTPRoute.apiVersion,
    kind: KINDS.HTTPRoute.kind,
    lists: [RULES],
    unaccepted: (namespace, found) =>
      unaccepted(list(at(found, 'spec', 'parentRefs')).map(tree), namespace, found),
  },
];

/** Where both say something of a path or a method the rule has the say; of one header the test. */
function combined(match: Tree, condition: Tree): Tree {
  const open = match['path'] === undefined || canonicalJson(match['path']) === canonicalJson(ANY_PATH);
  const lists = (['headers', 'queryParams'] as const).flatMap((member) => {
    const both = withNames(list(match[member]).map(tree), list(condition[member]).map(tree));
    return both.length > 0 ? [[member, both] as const] : [];
  });
  return {
    ...condition,
    ...match,
    path: open ? condition['path'] : match['path'],
    ...Object.fromEntries(lists),
  };
}

function withNames(of: readonly Tree[], more: readonly Tree[]): readonly Tree[] {
  const names = more.map((one) => text(one['name'])?.toLowerCase());
  return [...of.filter((one) => !names.includes(text(one['name'])?.toLowerCase())), ...more];
}
