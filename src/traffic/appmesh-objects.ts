/** What App Mesh's objects are made of, from the Istio-shaped wishes of a Canary. */
import type { HttpMatch, Objection, RoutingWish, ServiceSpec, StringMatch } from '../api/model.ts';
import { count, defined, list, text, tree, without, type Tree } from '../api/tree.ts';
import { parseDuration } from '../shared/duration.ts';
import type { Dialect, Retries } from './appmesh-dialects.ts';
import { conditionsIn, ISTIO_ONLY, patternOf } from './match.ts';
import { sorted, unlessSame } from './metadata.ts';
import type { RoutedService } from './provider.ts';

const ACCESS_LOG = 'appmesh.flagger.app/accesslog';
const STDOUT: Tree = { accessLog: { file: { path: '/dev/stdout' } } };
const PER_TRY = 250;
const RETRY_ON = ['server-error', 'gateway-error', 'client-error', 'stream-error'];
const BEYOND = [...ISTIO_ONLY, 'uri', 'method', 'queryParams'];
/** Of A/B tests: for chosen visitors from the first on, for everybody else the second. */
const [CHOSEN, OTHERS] = [10, 20];

export type Role = 'primary' | 'canary';

/** What a set of pods listens on, is found by and calls. Health checks, TLS and what else there may be is not ours. */
export function nodeSpec(
  service: RoutedService,
  dialect: Dialect,
  host: string,
  selector: Readonly<Record<string, string>> | undefined,
  found: Tree,
): Tree {
  const { namespace, service: wish, annotations } = service;
  const [first, ...further] = list(found['listeners']).map(tree);
  const timeout = parseDuration(wish.timeout ?? '');
  const listener = {
    ...without(first ?? {}, 'timeout'),
    portMapping: { ...tree(first?.['portMapping']), ...portMapping(service, dialect) },
    ...(timeout !== undefined && dialect.listenerTimeout(timeout)),
  };
  const discovery = { dns: dialect.dns(`${host}.${namespace}.svc.cluster.local.`) };
  const backends = wish.backends.map((name) => dialect.backend(name));
  return defined({
    ...found,
    ...dialect.mesh(wish.meshName),
    listeners: [listener, ...further],
    serviceDiscovery: { ...tree(found['serviceDiscovery']), ...discovery },
    podSelector: selector === undefined ? found['podSelector'] : { matchLabels: selector },
    backends: backends.length > 0 ? backends : found['backends'],
    logging:
      annotations[ACCESS_LOG] === 'enabled' ? { ...tree(found['logging']), ...STDOUT } : found['logging'],
  });
}

/** The routes of the apex; of the canary alone where everything goes there, whatever the strategy. */
export function routingSpec(
  service: RoutedService,
  dialect: Dialect,
  { name, canary }: { readonly name: string; readonly canary: number },
  found: Tree,
): Tree {
  const apart = name !== service.apex;
  const routes =
    service.strategy === 'ab-testing' && !apart
      ? abRoutes(service, dialect, canary)
      : [routeFor(service, dialect, { name, canary, both: true })];
  const listeners = [{ portMapping: portMapping(service, dialect) }];
  return {
    ...found,
    ...dialect.mesh(service.service.meshName),
    ...dialect.router(name, listeners),
    routes: unlessSame(found['routes'], routes, (value) => meaning(value, dialect)),
  };
}

function portMapping({ service }: RoutedService, dialect: Dialect): Tree {
  const { port, targetPort, portName } = service;
  const listening = dialect.port === 'targetPort' ? (count(targetPort) ?? port) : port;
  return { port: listening, protocol: portName.includes('grpc') ? 'grpc' : 'http' };
}

/** A route for each alternative, then one for everybody else. */
function abRoutes(service: RoutedService, dialect: Dialect, canary: number): readonly Tree[] {
  const { apex, analysis } = service;
  const chosen = analysis.match.map((match, index) => ({
    priority: CHOSEN + index,
    ...routeFor(service, dialect, {
      name: index === 0 ? `${apex}-a` : `${apex}-a${index + 1}`,
      canary,
      both: true,
      headers: headersOf(match),
    }),
  }));
  return [
    ...chosen,
    { priority: OTHERS, ...routeFor(service, dialect, { name: `${apex}-b`, canary: 0, both: false }) },
  ];
}

function routeFor(
  { apex, service }: RoutedService,
  dialect: Dialect,
  to: {
    readonly name: string;
    readonly canary: number;
    readonly both: boolean;
    readonly headers?: readonly Tree[];
  },
): Tree {
  const target = (role: Role, weight: number): Tree => ({ ...dialect.target(`${apex}-${role}`), weight });
  const primary = target('primary', 100 - to.canary);
  const timeout = parseDuration(service.timeout ?? '');
  const retries = retriesOf(service);
  return {
    name: to.name,
    [dialect.http]: {
      match: defined({ prefix: service.match[0]?.uri?.prefix || '/', headers: to.headers }),
      ...(timeout !== undefined && dialect.routeTimeout(timeout)),
      ...(retries !== undefined && { retryPolicy: dialect.retryPolicy(retries) }),
      action: { weightedTargets: to.both ? [target('canary', to.canary), primary] : [primary] },
    },
  };
}

/** Targets may come in any order; routes are ordered by their priority, and say so. */
function meaning(routes: unknown, { http }: Dialect): unknown {
  return list(routes).map((route) => {
    const rule = tree(tree(route)[http]);
    const action = tree(rule['action']);
    const weightedTargets = sorted(list(action['weightedTargets']));
    return { ...tree(route), [http]: { ...rule, action: { ...action, weightedTargets } } };
  });
}

// ------------------------------------------------------------------------------------------------- retries, headers

function retriesOf({ retries }: ServiceSpec): Retries | undefined {
  if (retries === undefined) return undefined;
  const attempts = count(retries['attempts']) ?? 0;
  const events = eventsOf(retries);
  return {
    perTry: parseDuration(text(retries['perTryTimeout']) ?? '') ?? PER_TRY,
    attempts: attempts > 0 ? attempts : 1,
    events: events.length > 0 ? events : ['gateway-error'],
  };
}

function eventsOf(retries: Tree): readonly string[] {
  const written = (text(retries['retryOn']) ?? '').split(',');
  return written.map((event) => event.trim()).filter((event) => event !== '');
}

function headersOf({ headers = {} }: HttpMatch): readonly Tree[] {
  const entries = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, match]) => ({ name, match: conditionOf(match) }));
}

/** One of its ways to match; what asks for two at once is a pattern. */
function conditionOf({ exact, prefix, suffix, regex }: StringMatch): Tree {
  if (exact) return { exact };
  if (regex) return { regex };
  if (prefix && suffix) return { regex: patternOf({ prefix, suffix }) };
  if (prefix) return { prefix };
  return suffix ? { suffix } : { regex: '.*' };
}

/** For the gateway of App Mesh: under which domains the apex is reached from outside. */
export function gatewayAnnotations({ service }: RoutedService): Readonly<Record<string, string>> {
  const { hosts, timeout, retries } = service;
  if (hosts.length === 0) return {};
  const key = (name: string): string => `gateway.appmesh.k8s.aws/${name}`;
  const attempts = count(retries?.['attempts']) ?? 0;
  return {
    [key('expose')]: 'true',
    [key('domain')]: hosts.map((host) => `${host},`).join(''),
    ...(timeout !== undefined && timeout !== '' && { [key('timeout')]: timeout }),
    ...(attempts > 0 && { [key('retries')]: String(attempts) }),
  };
}

// -------------------------------------------------------------------------------------------------------- objections

/** What App Mesh cannot do; visitors nobody meant would see the canary, or nobody would. */
export function objections({ service, analysis, strategy }: RoutingWish): readonly Objection[] {
  const { retries, timeout } = service;
  const chosen = strategy.kind === 'ab-testing' ? analysis.match : [];
  const perTry = text(retries?.['perTryTimeout']);
  return [
    ...chosen.flatMap((match, index) => objectionTo(match, `analysis.match[${index}]`)),
    ...(chosen.length <= OTHERS - CHOSEN
      ? []
      : [
          {
            field: 'analysis.match',
            message: `has ${chosen.length} entries, expected at most ${OTHERS - CHOSEN}`,
          },
        ]),
    ...objectionToSpan('service.timeout', timeout),
    ...objectionToSpan('service.retries.perTryTimeout', perTry),
    ...eventsOf(retries ?? {}).flatMap((event) => {
      if (RETRY_ON.includes(event)) return [];
      const message = `found ${JSON.stringify(event)}, App Mesh knows ${RETRY_ON.join(', ')}`;
      return [{ field: 'service.retries.retryOn', message }];
    }),
  ];
}

function objectionTo(match: HttpMatch, field: string): readonly Objection[] {
  const beyond = conditionsIn(match, BEYOND);
  if (beyond.length > 0) {
    return [{ field, message: `matches by ${beyond.join(', ')}, which App Mesh cannot; drop it` }];
  }
  if (Object.keys(match.headers ?? {}).length > 0) return [];
  return [{ field, message: 'matches by no header; App Mesh chooses visitors by these' }];
}

function objectionToSpan(field: string, written: string | undefined): readonly Objection[] {
  if (written === undefined || written === '' || parseDuration(written) !== undefined) return [];
  return [
    { field, message: `found ${JSON.stringify(written)}, expected a span of time such as 15s or 250ms` },
  ];
}
