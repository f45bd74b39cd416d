/** The routes of an HTTPProxy from the Istio-shaped wishes of a Canary. */
import type { HttpMatch, Objection, RoutingWish, StringMatch } from '../api/model.ts';
import { at, defined, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { optionsOf } from './entries.ts';
import { conditionsIn, ISTIO_ONLY, leftOut, mergeMatches, patternOf } from './match.ts';
import type { RoutedService } from './provider.ts';

/** By it a Linkerd behind Contour knows which Service is meant. */
const LINKERD_HEADER = 'l5d-dst-override';
const IDLE_TIMEOUT = '5m';
/** For Contour a count of 0 is its own default, which its definition fills in where there is none. */
const NO_RETRIES = -1;
const RETRIES = 1;
const BEYOND = [...ISTIO_ONLY, 'method'];

const RETRY_ON = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
];

/**
 * A route for each alternative of a match, those for chosen visitors first. What somebody set on the first route that
 * led to us, beside what a Canary says, is set on each.
 */
export function routesOf(
  service: RoutedService,
  { canary }: Pick<Routes, 'canary'>,
  before: readonly Tree[],
): readonly Tree[] {
  const found = before.find((route) => leadsHere(route, service)) ?? {};
  const { match } = service.service;
  const common = match.length > 0 ? match : [{}];
  const everybody = (share: number): readonly Tree[] =>
    common.map((one) => routeOf(service, one, share, found));
  if (service.strategy !== 'ab-testing') return everybody(canary);
  const chosen = mergeMatches(service.analysis.match, match, ['headers', 'queryParams']);
  return [...chosen.map((one) => routeOf(service, one, canary, found)), ...everybody(0)];
}

/** Whether it leads to the apex, the primary or the canary. */
export function leadsHere(route: Tree, { apex }: RoutedService): boolean {
  const names = [apex, `${apex}-primary`, `${apex}-canary`];
  return list(route['services']).some((entry) => names.includes(text(at(entry, 'name')) ?? ''));
}

/** What an HTTPProxy cannot do; visitors nobody meant would see the canary, or nobody would. */
export function objections({ service, analysis, strategy }: RoutingWish): readonly Objection[] {
  const chosen = strategy.kind === 'ab-testing' ? analysis.match : [];
  return [
    ...service.match.flatMap((match, index) => leftOut(match, index, BEYOND, 'an HTTPProxy')),
    ...chosen.flatMap((match, index) => [
      ...objectionTo(match, `analysis.match[${index}]`),
      ...objectionToChoice(match, `analysis.match[${index}]`),
    ]),
    ...retryOn(service).flatMap((condition) => objectionToRetry(condition)),
  ];
}

function objectionTo(match: HttpMatch, field: string): readonly Objection[] {
  const beyond = conditionsIn(match, BEYOND);
  if (beyond.length === 0) return [];
  return [{ field, message: `matches by ${beyond.join(', ')}, which an HTTPProxy cannot; drop it` }];
}

function objectionToChoice(match: HttpMatch, field: string): readonly Objection[] {
  if (conditionsIn(match, ['headers', 'queryParams']).length > 0) return [];
  const message = 'matches by no header and no query parameter; an HTTPProxy chooses visitors by these';
  return [{ field, message }];
}

function objectionToRetry(condition: string): readonly Objection[] {
  if (RETRY_ON.includes(condition)) return [];
  const message = `found ${JSON.stringify(condition)}, an HTTPProxy knows ${RETRY_ON.join(', ')}`;
  return [{ field: 'service.retries.retryOn', message }];
}

function routeOf(service: RoutedService, match: HttpMatch, canary: number, found: Tree): Tree {
  const { timeout, retries } = service.service;
  return defined({
    ...without(found, 'conditions', 'services', 'timeoutPolicy', 'retryPolicy'),
    conditions: conditionsOf(match),
    services: servicesOf(service, canary, list(found['services']).map(tree)),
    timeoutPolicy: timeout === undefined ? undefined : { response: timeout, idle: IDLE_TIMEOUT },
    retryPolicy: retries && retryPolicy(service.service),
  });
}

/** Both are listed, whatever their weight; whom somebody mirrors requests to keeps getting them. */
function servicesOf(service: RoutedService, canary: number, found: readonly Tree[]): readonly Tree[] {
  const { apex, namespace, service: wish } = service;
  const entry = (role: 'primary' | 'canary', weight: number): Tree => {
    const name = `${apex}-${role}`;
    const options = without(optionsOf(name, apex, found), 'mirror');
    const headers = tree(options['requestHeadersPolicy']);
    const others = list(headers['set']).filter((header) => at(header, 'name') !== LINKERD_HEADER);
    const value = `${name}.${namespace}.svc.cluster.local:${wish.port}`;
    const requestHeadersPolicy = { ...headers, set: [...others, { name: LINKERD_HEADER, value }] };
    return { ...options, name, port: wish.port, weight, requestHeadersPolicy };
  };
  const ours = [entry('primary', 100 - canary), entry('canary', canary)];
  const mirrors = found.filter(
    (one) => one['mirror'] === true && !ours.some(({ name }) => name === one['name']),
  );
  return [...ours, ...mirrors];
}

function retryPolicy({ retries }: Pick<RoutedService['service'], 'retries'>): Tree {
  const { attempts = RETRIES, perTryTimeout } = retries ?? {};
  const conditions = retryOn({ retries });
  return defined({
    count: attempts === 0 ? NO_RETRIES : attempts,
    perTryTimeout,
    retryOn: conditions.length > 0 ? conditions : undefined,
  });
}

function retryOn({ retries }: Pick<RoutedService['service'], 'retries'>): readonly string[] {
  const written = (text(retries?.['retryOn']) ?? '').split(',');
  return written.map((condition) => condition.trim()).filter((condition) => condition !== '');
}

// -------------------------------------------------------------------------------------------------------- conditions

function conditionsOf({ uri, headers, queryParams }: HttpMatch): readonly Tree[] {
  return [
    pathOf(uri),
    ...entriesOf(headers).map(([name, match]) => ({ header: { name, ...valueOf(match) } })),
    ...entriesOf(queryParams).map(([name, match]) => ({ queryParameter: { name, ...valueOf(match) } })),
  ];
}

function pathOf({ regex, exact, prefix }: StringMatch = {}): Tree {
  if (regex) return { regex };
  return exact ? { exact } : { prefix: prefix || '/' };
}

function entriesOf(matches: Readonly<Record<string, StringMatch>> = {}): readonly [string, StringMatch][] {
  return Object.entries(matches).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** An empty text would be no condition at all, and let everybody in. */
function valueOf(match: StringMatch): Tree {
  const { exact, ...others } = match;
  return exact ? { exact } : { regex: patternOf(others) };
}
