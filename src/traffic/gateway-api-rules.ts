/**
 * The rules of an HTTPRoute from the Istio-shaped wishes of a Canary. Defaults the API server would fill in are
 * written out, so that what comes back is what was sent.
 */
import type { HeaderOperation, HttpMatch, Objection, RoutingWish, StringMatch } from '../api/model.ts';
import { at, count, defined, list, text, tree, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { conditionsIn, ISTIO_ONLY, leftOut, matchWithout, mergeMatches, patternOf } from './match.ts';
import { sorted } from './metadata.ts';
import { affinityObjections, affinityOf, SET_COOKIE, type Affinity } from './affinity.ts';
import type { RoutedService } from './provider.ts';

export const ANY_PATH = { type: 'PathPrefix', value: '/' };
/** What the CRD fills in, in seconds. */
const CORS_MAX_AGE = 5;

/** What cannot be said of the service's own conditions is left out of them, and the others stay. */
export function rulesOf(asked: RoutedService, routes: Routes): readonly Tree[] {
  const matches = asked.service.match.map((match) => matchWithout(match, ISTIO_ONLY));
  const service = { ...asked, service: { ...asked.service, match: matches } };
  if (service.strategy !== 'ab-testing') return keptAndSplit(service, routes);
  const backends = split(service, routes);
  const chosen = mergeMatches(service.analysis.match, matches, ['headers', 'queryParams']);
  const rest = rule(service, matches, [backend(service, 'primary', 100)], false);
  // Without a condition left that can be expressed, a rule for the canary would match every request.
  if (!chosen.some(isExpressible)) return [rest];
  return [rule(service, chosen, backends, routes.mirrored), rest];
}

/** Visitors who have chosen first, then everybody else by weight. */
function keptAndSplit(service: RoutedService, routes: Routes): readonly Tree[] {
  const { rules, setCookie } = affinityOf(service, routes);
  const kept = rules.map(({ match, canary, setCookie: end }) => {
    const backends = split(service, { canary: percent(canary) }, end === undefined ? {} : { primary: end });
    return rule(service, match, backends, routes.mirrored);
  });
  return [...kept, rule(service, service.service.match, split(service, routes, setCookie), routes.mirrored)];
}

function split(
  service: RoutedService,
  { canary }: Pick<Routes, 'canary'>,
  setCookie: Affinity['setCookie'] = {},
): readonly Tree[] {
  return [
    backend(service, 'primary', 100 - canary, setCookie.primary),
    backend(service, 'canary', canary, setCookie.canary),
  ];
}

function rule(
  service: RoutedService,
  matches: readonly HttpMatch[],
  backendRefs: readonly Tree[],
  mirrored: boolean,
): Tree {
  const { timeout, backendTimeout } = service.service;
  const filters = filtersOf(service, mirrored);
  const timeouts = defined({ request: timeout, backendRequest: backendTimeout });
  const mapped = matches.filter(isExpressible).map(matchOf);
  return defined({
    matches: mapped.length > 0 ? mapped : [{ path: ANY_PATH }],
    filters: filters.length > 0 ? filters : undefined,
    timeouts: Object.keys(timeouts).length > 0 ? timeouts : undefined,
    backendRefs,
  });
}

function backend(
  { apex, service }: RoutedService,
  role: 'primary' | 'canary',
  weight: number,
  setCookie?: string,
): Tree {
  const add = setCookie === undefined ? undefined : { add: { [SET_COOKIE]: setCookie } };
  const filters = headerFilter('ResponseHeaderModifier', 'responseHeaderModifier', add);
  const reference = { ...serviceRef(`${apex}-${role}`, service.port), weight };
  return filters.length > 0 ? { ...reference, filters } : reference;
}

function serviceRef(name: string, port: number): Tree {
  return { group: '', kind: 'Service', name, port };
}

// ----------------------------------------------------------------------------------------------------------- matches

/**
 * Whether an HTTPRoute can say this: it compares methods as a whole, and has no words for what only Istio can. A
 * condition it cannot say is left out: better too few requests than all.
 */
export function isExpressible(match: HttpMatch): boolean {
  if (match.method !== undefined && match.method.exact === undefined) return false;
  return conditionsIn(match, ISTIO_ONLY).length === 0;
}

/** Conditions that an HTTPRoute has no words for, of the analysis only where they choose who sees the canary. */
export function objections(wish: RoutingWish): readonly Objection[] {
  const { service, analysis, strategy } = wish;
  const chosen = strategy.kind === 'ab-testing' ? analysis.match : [];
  return [
    ...service.match.flatMap((match, index) => leftOut(match, index, ISTIO_ONLY, 'an HTTPRoute')),
    ...objectionsTo(
      service.match.map((match) => matchWithout(match, ISTIO_ONLY)),
      'service.match',
    ),
    ...objectionsTo(chosen, 'analysis.match'),
    ...originObjections(service.corsPolicy),
    ...affinityObjections(wish),
  ];
}

/** A CORS filter takes origins that are spelled out; those of a pattern are not let in. */
function originObjections(policy: Tree | undefined): readonly Objection[] {
  return list(policy?.['allowOrigins']).flatMap((origin, index) => {
    if (text(at(origin, 'exact')) !== undefined) return [];
    const message =
      'is a pattern, which an HTTPRoute cannot match: left out, so nobody is let in by it; name its origins with exact';
    return [{ severity: 'warning', field: `service.corsPolicy.allowOrigins[${index}]`, message }];
  });
}

function objectionsTo(matches: readonly HttpMatch[], field: string): readonly Objection[] {
  return matches.flatMap((match, index) => {
    if (isExpressible(match)) return [];
    const named = conditionsIn(match, ISTIO_ONLY);
    const what = named.length > 0 ? `matches by ${named.join(', ')}` : 'matches a method other than exactly';
    return [{ field: `${field}[${index}]`, message: `${what}, which an HTTPRoute cannot; drop it` }];
  });
}

export function matchOf({ uri, method, headers, queryParams }: HttpMatch): Tree {
  return defined({
    path: pathOf(uri),
    method: method?.exact,
    headers: conditions(headers),
    queryParams: conditions(queryParams),
  });
}

function pathOf(uri: StringMatch | undefined): Tree {
  if (uri?.regex) return { type: 'RegularExpression', value: uri.regex };
  if (uri?.exact) return { type: 'Exact', value: uri.exact };
  return uri?.prefix ? { type: 'PathPrefix', value: uri.prefix } : ANY_PATH;
}

function conditions(matches: Readonly<Record<string, StringMatch>> | undefined): readonly Tree[] | undefined {
  const entries = Object.entries(matches ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length > 0 ? entries.map(([name, match]) => ({ name, ...valueOf(match) })) : undefined;
}

function valueOf(match: StringMatch): Tree {
  if (match.exact !== undefined) return { type: 'Exact', value: match.exact };
  return { type: 'RegularExpression', value: patternOf(match) };
}

// ----------------------------------------------------------------------------------------------------------- filters

function filtersOf(service: RoutedService, mirrored: boolean): readonly Tree[] {
  const { headers, rewrite, mirror, corsPolicy, port } = service.service;
  return [
    ...headerFilter('RequestHeaderModifier', 'requestHeaderModifier', headers?.request),
    ...headerFilter('ResponseHeaderModifier', 'responseHeaderModifier', headers?.response),
    ...(rewrite === undefined ? [] : [{ type: 'URLRewrite', urlRewrite: urlRewrite(rewrite) }]),
    ...mirror.map((requestMirror) => ({ type: 'RequestMirror', requestMirror: permanent(requestMirror) })),
    ...(corsPolicy === undefined ? [] : [{ type: 'CORS', cors: corsOf(corsPolicy) }]),
    ...(mirrored
      ? [
          {
            type: 'RequestMirror',
            requestMirror: { backendRef: serviceRef(`${service.apex}-canary`, port) },
          },
        ]
      : []),
  ];
}

function headerFilter(type: string, member: string, operation: HeaderOperation | undefined): readonly Tree[] {
  if (operation === undefined) return [];
  const named = (headers: Readonly<Record<string, string>> | undefined): readonly Tree[] | undefined =>
    headers &&
    Object.entries(headers)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value }));
  const { add, set, remove } = operation;
  return [{ type, [member]: defined({ add: named(add), set: named(set), remove }) }];
}

function urlRewrite(rewrite: Tree): Tree {
  const uri = text(rewrite['uri']) || undefined;
  const whole = rewrite['type'] !== 'ReplacePrefixMatch';
  const path = whole
    ? { type: 'ReplaceFullPath', replaceFullPath: uri }
    : { type: 'ReplacePrefixMatch', replacePrefixMatch: uri };
  return defined({ hostname: text(rewrite['authority']) || undefined, path: uri && path });
}

function permanent(mirror: Tree): Tree {
  const reference = tree(mirror['backendRef']);
  return { ...mirror, backendRef: { group: '', kind: 'Service', ...reference } };
}

/** Istio's origins are plain or patterns; an HTTPRoute takes those that are spelled out. */
function corsOf(policy: Tree): Tree {
  const exact = list(policy['allowOrigins']).flatMap((origin) => text(at(origin, 'exact')) ?? []);
  const origins = [...list(policy['allowOrigin']), ...exact];
  const maxAge = parseDuration(text(policy['maxAge']) ?? '');
  return defined({
    allowOrigins: origins.length > 0 ? origins : undefined,
    allowMethods: policy['allowMethods'],
    allowHeaders: policy['allowHeaders'],
    exposeHeaders: policy['exposeHeaders'],
    allowCredentials: policy['allowCredentials'],
    maxAge: maxAge === undefined ? CORS_MAX_AGE : Math.max(1, Math.trunc(maxAge / 1_000)),
  });
}

/** How many of these filters copy requests to this Service. */
export function mirrorsTo(name: string, filters: readonly unknown[]): number {
  return filters.filter((filter) => at(filter, 'requestMirror', 'backendRef', 'name') === name).length;
}

// ----------------------------------------------------------------------------------------------------------- meaning

/** Matches and backends may come in any order, with or without their defaults; rules may not. */
export function ruleMeaning(rules: unknown): unknown {
  return list(rules).map((found) => {
    const { matches, backendRefs, ...rest } = tree(found);
    const alternatives = list(matches).length > 0 ? list(matches) : [{}];
    return {
      ...rest,
      matches: sorted(alternatives.map((match) => ({ path: ANY_PATH, ...tree(match) }))),
      backendRefs: sorted(list(backendRefs).map(backendMeaning)),
    };
  });
}

function backendMeaning(reference: unknown): Tree {
  const { weight, ...rest } = tree(reference);
  return { group: '', kind: 'Service', ...rest, weight: count(weight) ?? 1 };
}

/** What the answers of this backend set. */
export function setCookieOf(name: string, backendRefs: readonly unknown[]): string | undefined {
  const backend = backendRefs.find((reference) => at(reference, 'name') === name);
  const added = list(at(backend, 'filters')).flatMap((filter) =>
    list(at(filter, 'responseHeaderModifier', 'add')),
  );
  return text(
    at(
      added.find((header) => at(header, 'name') === SET_COOKIE),
      'value',
    ),
  );
}
