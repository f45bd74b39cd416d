/** HTTPRoutes, as their specification says a gateway follows them: the most specific match wins, then the first. */
import { z } from 'zod';
import {
  headerOf,
  hostOf,
  isBelow,
  Named,
  parsed,
  pathOf,
  type Backend,
  type Inbound,
  type Reader,
} from './objects.ts';

const HTTP_ROUTE = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' };

const Value = z.object({ type: z.string().optional(), name: z.string(), value: z.string() });
const Match = z.object({
  path: z.object({ type: z.string().default('PathPrefix'), value: z.string().default('/') }).optional(),
  method: z.string().optional(),
  headers: z.array(Value).default([]),
  queryParams: z.array(Value).default([]),
});
const Headers = z.array(z.object({ name: z.string(), value: z.string() })).default([]);
const BackendRef = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  port: z.number().optional(),
  weight: z.number().default(1),
  filters: z
    .array(z.object({ responseHeaderModifier: z.object({ add: Headers, set: Headers }).optional() }))
    .default([]),
});
const Rule = z.object({
  matches: z.array(Match).default([]),
  filters: z.array(z.object({ requestMirror: z.object({ backendRef: BackendRef }).optional() })).default([]),
  backendRefs: z.array(BackendRef).default([]),
});
const HttpRoute = z.object({
  metadata: Named,
  spec: z.object({ hostnames: z.array(z.string()).default([]), rules: z.array(Rule).default([]) }),
});

type Match = z.infer<typeof Match>;
type Rule = z.infer<typeof Rule>;

const EVERYTHING: Match = { headers: [], queryParams: [] };

export const gatewayApi: Reader = (inbound, view) => {
  const route = parsed(HttpRoute, view.list(HTTP_ROUTE)).find(({ spec }) => isFor(spec.hostnames, inbound));
  if (route === undefined) return undefined;
  const { metadata, spec } = route;
  const index = chosenRule(spec.rules, inbound);
  const rule = spec.rules[index];
  if (rule === undefined) return 'nowhere';
  const [copy] = rule.filters.flatMap(({ requestMirror }) => requestMirror?.backendRef ?? []);
  return {
    key: `gateway/${metadata.namespace}/${metadata.name}/${index}`,
    port: undefined,
    backends: rule.backendRefs.map((reference) => backendOf(reference, metadata.namespace)),
    mirror: copy && { backend: backendOf(copy, metadata.namespace), percentage: 100 },
  };
};

/** A route without hostnames takes those of its listener; the demo's and the suite's have none of their own. */
function isFor(hostnames: readonly string[], { host }: Inbound): boolean {
  return hostnames.includes(hostOf(host));
}

/** -1 where no rule matches. */
function chosenRule(rules: readonly Rule[], inbound: Inbound): number {
  const candidates = rules.flatMap(({ matches }, index) =>
    (matches.length > 0 ? matches : [EVERYTHING])
      .filter((match) => admits(match, inbound))
      .map((match) => ({ index, rank: rankOf(match) })),
  );
  const [best] = candidates.sort((a, b) => compare(b.rank, a.rank) || a.index - b.index);
  return best?.index ?? -1;
}

function admits({ path, method, headers, queryParams }: Match, inbound: Inbound): boolean {
  const query = new URL(inbound.path, 'http://gateway').searchParams;
  return (
    admitsPath(path, pathOf(inbound)) &&
    (method === undefined || method === inbound.method) &&
    headers.every((wanted) => admitsValue(wanted, headerOf(inbound, wanted.name))) &&
    queryParams.every((wanted) => admitsValue(wanted, query.get(wanted.name) ?? undefined))
  );
}

function admitsPath(wanted: Match['path'], path: string): boolean {
  if (wanted === undefined) return true;
  if (wanted.type === 'Exact') return path === wanted.value;
  if (wanted.type === 'RegularExpression') return new RegExp(wanted.value).test(path);
  return isBelow(path, wanted.value);
}

/** An expression may match any part, as with most gateways. */
function admitsValue({ type, value }: z.infer<typeof Value>, found: string | undefined): boolean {
  if (found === undefined) return false;
  return type === 'RegularExpression' ? new RegExp(value).test(found) : found === value;
}

/** Exact path, longest prefix, method, most headers, most query parameters: in this order. */
function rankOf({ path, method, headers, queryParams }: Match): readonly number[] {
  const exact = path?.type === 'Exact' ? 1 : 0;
  const prefix = path?.type === 'PathPrefix' ? path.value.length : 0;
  return [exact, prefix, method === undefined ? 0 : 1, headers.length, queryParams.length];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const first = a.findIndex((value, index) => value !== b[index]);
  return first < 0 ? 0 : (a[first] ?? 0) - (b[first] ?? 0);
}

function backendOf(reference: z.infer<typeof BackendRef>, home: string): Backend {
  const { name, namespace = home, port, weight, filters } = reference;
  const modified = filters.flatMap(({ responseHeaderModifier: modifier }) =>
    modifier === undefined ? [] : [...modifier.add, ...modifier.set],
  );
  return {
    service: name,
    namespace,
    weight,
    ...(port !== undefined && { port }),
    answer: Object.fromEntries(modified.map((header) => [header.name, header.value])),
  };
}
