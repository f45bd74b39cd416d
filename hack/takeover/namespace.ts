/** A namespace with one Canary called podinfo, as whoever judges a take-over looks at it. */
import { isObject, listAt, numberAt, objectAt, textAt, valueAt } from '../../src/sandbox/json.ts';
import { list, tree } from '../../src/api/tree.ts';
import { canonicalJson } from '../../src/shared/digest.ts';
import { ruleMeaning } from '../../src/traffic/gateway-api-rules.ts';
import { imageOf, numberIn } from './recordings.ts';

export const CANARY = 'podinfo';
export const PRIMARY = 'podinfo-primary';

/** Whatever finds objects of the namespace by kind and name. */
export type Finder = (kind: string, name: string) => unknown;

export interface Scene {
  /** '' where there is no status, undefined where there is no Canary. */
  readonly phase: string | undefined;
  /** Percent to the canary as the status has it. */
  readonly weight: number;
  /** The same as the routes have it; undefined where nothing routes by weight. */
  readonly routed: number | undefined;
  /** All rules of the route, as in `[x-canary] p0/c100; p100`. */
  readonly routes: string;
  /** Everything the rules say but weights. */
  readonly rules: string;
  readonly target: Workload | undefined;
  readonly primary: Workload | undefined;
  /** Whether the status holds our memory. */
  readonly taken: boolean;
}

export interface Workload {
  /** Image and configuration, as in `6.0.1 blue`. */
  readonly release: string;
  readonly replicas: number;
  readonly ready: number;
}

export function sceneOf(find: Finder): Scene {
  const canary = find('Canary', CANARY);
  const route = find('HTTPRoute', CANARY);
  return {
    phase: canary === undefined ? undefined : textAt(canary, 'status', 'phase'),
    weight: numberIn(canary, 'status', 'canaryWeight'),
    routed: routedTo(route),
    routes: routesOf(route),
    rules: rulesOf(route),
    target: workloadOf(find, CANARY),
    primary: workloadOf(find, PRIMARY),
    taken: valueAt(canary, 'status', 'serin') !== undefined,
  };
}

function workloadOf(find: Finder, name: string): Workload | undefined {
  const workload = find('Deployment', name);
  if (workload === undefined) return undefined;
  const config = find('ConfigMap', name.replace(CANARY, `${CANARY}-config`));
  return {
    release: `${imageOf(workload)} ${textAt(config, 'data', 'color')}`,
    replicas: numberAt(workload, 'spec', 'replicas') ?? 1,
    ready: numberIn(workload, 'status', 'readyReplicas'),
  };
}

/** Of the last rule that names the canary: the ones before it are for visitors who have chosen already. */
function routedTo(route: unknown): number | undefined {
  const rule = listAt(route, 'spec', 'rules').findLast((found) => weightOf(found, 'canary') !== undefined);
  return rule === undefined ? undefined : weightOf(rule, 'canary');
}

function weightOf(rule: unknown, role: 'primary' | 'canary'): number | undefined {
  const backend = listAt(rule, 'backendRefs').find((found) => textAt(found, 'name') === `${CANARY}-${role}`);
  return backend === undefined ? undefined : (numberAt(backend, 'weight') ?? 1);
}

function routesOf(route: unknown): string {
  return listAt(route, 'spec', 'rules')
    .map((rule) => {
      const names = listAt(rule, 'matches').flatMap((match) =>
        listAt(match, 'headers').map((header) => textAt(header, 'name')),
      );
      const chosen = names.length === 0 ? '' : `[${names.join(',')}] `;
      const canary = weightOf(rule, 'canary');
      return `${chosen}p${weightOf(rule, 'primary') ?? 0}${canary === undefined ? '' : `/c${canary}`}`;
    })
    .join('; ');
}

/** Objects never change in place, so what was made of one holds for as long as it is there. */
const RULES = new WeakMap<object, string>();
const TEMPLATES = new WeakMap<object, string>();

/** Whom a rule is for, between whom it shares, and what it does to requests and answers, wherever that is said. */
function rulesOf(route: unknown): string {
  return known(RULES, route, () => {
    const rules = list(ruleMeaning(valueAt(route, 'spec', 'rules'))).map((rule) => {
      const { backendRefs, filters, ...rest } = tree(rule);
      const backends = list(backendRefs).map(tree);
      return {
        ...rest,
        backends: backends.map(({ weight: _, filters: __, ...backend }) => canonicalJson(backend)).sort(),
        filters: [...list(filters), ...backends.flatMap((backend) => list(backend['filters']))]
          .map(canonicalJson)
          .sort(),
      };
    });
    return canonicalJson(rules);
  });
}

/** Its template as text, so that a change of it is seen. */
export function templateOf(find: Finder, name: string): string {
  const workload = find('Deployment', name);
  return known(TEMPLATES, workload, () => JSON.stringify(objectAt(workload, 'spec', 'template')));
}

function known(memory: WeakMap<object, string>, object: unknown, make: () => string): string {
  if (!isObject(object)) return '';
  const text = memory.get(object) ?? make();
  memory.set(object, text);
  return text;
}
