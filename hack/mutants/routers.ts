/** Faults in how Services and routes are made, each by the number it has in `npm run conformance`. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

const ISTIO = 'src/traffic/istio.ts';
const RULES = 'src/traffic/gateway-api-rules.ts';
const PARENTS = 'src/traffic/gateway-api-parents.ts';
const EXISTING = 'src/traffic/existing-rules.ts';
const SERVICES = 'src/traffic/services.ts';
const AFFINITY = 'src/traffic/affinity.ts';
const NGINX = 'src/traffic/nginx.ts';
const TRAEFIK = 'src/traffic/traefik.ts';
const KNATIVE = 'src/traffic/knative.ts';

/** Whatever is rendered otherwise than it is on record. */
const RECORD: Proof = { file: 'test/contract/traffic.test.ts', name: 'renders ' };

function routed(name: string): Proof {
  return { file: 'test/unit/traffic/routers.test.ts', name };
}

function changed(name: string): Proof {
  return { file: 'test/unit/traffic/existing-route.test.ts', name };
}

function served(name: string): Proof {
  return { file: 'test/unit/traffic/services.test.ts', name };
}

export const ROUTER_MUTANTS: readonly Mutant[] = [
  breaks('a Service that says nothing of its protocol (10.5.1)', served('are headless, close to'), {
    file: SERVICES,
    find: 'port, targetPort, appProtocol });',
    replace: 'port, targetPort });',
  }),
  breaks('a port that keeps its name (10.5.2)', served('loses ports that were added'), {
    file: SERVICES,
    find: 'return defined({ ...port, nodePort: same?.',
    replace: "return defined({ ...port, name: same?.['name'] ?? port['name'], nodePort: same?.",
  }),
  breaks('ports that anybody may add (10.5.3)', served('loses ports that were added'), {
    file: SERVICES,
    find: 'if (owned) return ours;',
    replace: '',
  }),
  breaks('made by whoever is named as an owner (10.5.4)', routed('is made by it where'), {
    file: 'src/traffic/metadata.ts',
    find: 'controller === true && kind === owner.kind',
    replace: 'kind === owner.kind',
  }),
  breaks('a Service given back that leads to the primary (10.5.5)', served('selects the target again'), {
    file: SERVICES,
    find: '...(selector && { selector }) };',
    replace: '};',
  }),
  breaks('metadata of the apex on all three (10.5.6)', served('carry the metadata asked for'), {
    file: SERVICES,
    find: 'const custom = canary.service.metadata[role];',
    replace: 'const custom = canary.service.metadata.apex;',
  }),
  breaks('labels that nobody asks for any more stay (10.5.9)', served('loses metadata that nobody'), {
    file: SERVICES,
    find: 'keys.includes(key) || key.startsWith(OUR_PREFIX)',
    replace: "keys.includes(key) || key !== ''",
  }),
  breaks('a host that stays where it was (10.5.11)', routed('on '), {
    file: ISTIO,
    find: "hosts: unlessSame(found['hosts'], named ? hosts : [...hosts, apex], set),",
    replace: "hosts: found['hosts'] ?? (named ? hosts : [...hosts, apex]),",
  }),
  breaks(
    'a sticky rule that is never put back (10.5.13)',
    { file: 'test/unit/traffic/affinity.test.ts', name: 'puts a sticky rule back' },
    {
      file: ISTIO,
      find: 'return list(rules).map((rule) => ({',
      replace: 'return list(rules).slice(-1).map((rule) => ({',
    },
  ),
  breaks('a cookie without its path (10.5.14)', RECORD, {
    file: AFFINITY,
    find: '...(path === undefined ? [] : [`Path=${path}`]),',
    replace: '',
  }),
  breaks(
    'a cookie that outlives its run (10.5.15)',
    { file: 'test/unit/traffic/affinity.test.ts', name: 'takes the cookie of the run back' },
    {
      file: AFFINITY,
      find: 'const setCookie = headerOf(previous, spec, -1);',
      replace: 'const setCookie = headerOf(previous, spec, spec.maxAge);',
    },
  ),
  breaks('all requests are mirrored, whatever the share (10.5.17)', RECORD, {
    file: ISTIO,
    find: 'analysis.mirrorWeight > 0 ? { value: analysis.mirrorWeight }',
    replace: 'analysis.mirrorWeight > 0 ? { value: 100 }',
  }),
  breaks('headers that are left as they are (10.5.18)', RECORD, {
    file: ISTIO,
    find: 'corsPolicy,\n    headers,',
    replace: 'corsPolicy,',
  }),
  breaks('an A/B test of everybody (10.5.20)', RECORD, {
    file: ISTIO,
    find: "httpRoute(service, match, [destination(service, 'primary', 100)]),",
    replace: 'httpRoute(service, match, split(service, routes), routes),',
  }),
  breaks('a port that no gateway is told (10.5.21)', routed('name their port'), {
    file: ISTIO,
    find: 'return portDiscovery && outside ?',
    replace: 'return portDiscovery && !outside ?',
  }),
  breaks('a delegate with hosts (10.5.22)', routed('loses hosts and gateways'), {
    file: ISTIO,
    find: "...without(spec, 'hosts', 'gateways', 'http', 'tcp'),",
    replace: "...without(spec, 'http', 'tcp'),",
  }),
  breaks(
    'an original that is forgotten (10.5.23)',
    { file: 'test/unit/traffic/routes.test.ts', name: 'is put back from what kubectl last applied' },
    {
      file: 'src/traffic/original.ts',
      find: "const applied = at(parseJson(annotations[LAST_APPLIED]), 'spec');",
      replace: "const applied = at(parseJson(annotations[ORIGINAL]), 'spec');",
    },
  ),
  breaks(
    'one condition of the service is enough (10.5.24)',
    { file: 'test/unit/traffic/routes.test.ts', name: 'are each combined with each' },
    {
      file: 'src/traffic/match.ts',
      find: 'service.map((common) => {',
      replace: 'service.slice(0, 1).map((common) => {',
    },
  ),
  breaks('connections that are requests (10.5.25)', RECORD, {
    file: ISTIO,
    find: "(['tcp', [tcpRoute(service, routes)]] as const)",
    replace: "(['http', [tcpRoute(service, routes)]] as const)",
  }),
  breaks('no deadline for a backend (10.5.26)', RECORD, {
    file: RULES,
    find: 'request: timeout, backendRequest: backendTimeout });',
    replace: 'request: timeout, backendRequest: timeout });',
  }),
  breaks('a mirror that stays when mirroring ends (10.5.30)', routed('is there as long as'), {
    file: RULES,
    find: '...(mirrored\n      ? [',
    replace: "...(mirrored || service.strategy === 'blue-green'\n      ? [",
  }),
  breaks('filters in the order of a map (10.5.31)', routed('come in one order'), {
    file: RULES,
    find: 'Object.entries(headers)\n      .sort(([a], [b]) => (a < b ? -1 : 1))',
    replace: 'Object.entries(headers)',
  }),
  breaks('a day that is an hour (10.5.32)', RECORD, {
    file: RULES,
    find: 'Math.trunc(maxAge / 1_000)',
    replace: 'Math.trunc(maxAge / 24_000)',
  }),
  breaks(
    'a route in force before its gateway has it (10.5.33)',
    { file: 'test/unit/traffic/routes.test.ts', name: 'is not in force while it is' },
    {
      file: PARENTS,
      find: "status === 'True' && observed >= generation",
      replace: "status === 'True'",
    },
  ),
  breaks(
    'annotations under one prefix alone (10.5.37)',
    { file: 'test/unit/traffic/nginx.test.ts', name: 'is written under the prefix' },
    {
      file: NGINX,
      find: "${ingress?.annotationsPrefix ?? ''}/canary",
      replace: 'nginx.ingress.kubernetes.io/canary',
    },
  ),
  breaks(
    'a parked canary is listed (10.5.39)',
    { file: 'test/unit/traffic/traefik.test.ts', name: 'lists at ' },
    { file: TRAEFIK, find: 'filter(({ weight }) => weight !== 0)', replace: 'slice()' },
  ),
  breaks('a TraefikService without the metadata of the apex (10.5.41)', RECORD, {
    file: TRAEFIK,
    find: 'const custom = { labels, annotations: { ...annotations, ...rememberOriginal',
    replace: 'const custom = { labels: {}, annotations: { ...annotations, ...rememberOriginal',
  }),
  breaks(
    'any revision is the primary (10.5.44)',
    { file: 'test/unit/traffic/knative.test.ts', name: 'that says of no revision that it was promoted' },
    {
      file: KNATIVE,
      find: 'const primary = primaryRevision(found);\n    if (primary === undefined) {',
      replace: "const primary = primaryRevision(found) ?? '';\n    if (primary === 'none') {",
    },
  ),
  breaks('other backends lose their share (M56)', changed('keep filters, conditions and other'), {
    file: EXISTING,
    find: '(others) => others * factor)',
    replace: '(others) => others)',
  }),
  breaks('a rule of ours that is left behind (M56)', changed('leaves nothing behind'), {
    file: EXISTING,
    find: 'rules.requests === undefined || !namesCanaryFirst(rule, rules, service)',
    replace: 'rules.requests === undefined || true',
  }),
  breaks('a rule of the user’s that is lost (M56)', changed('loses no rule'), {
    file: EXISTING,
    find: 'return !followed || rules.requests',
    replace: 'return rules.requests',
  }),
  breaks('a route that is not given back (M57)', changed('is given back with the shares'), {
    file: EXISTING,
    find: 'const whole = { ...rules.renamed(like, from, service.apex), weight };',
    replace: 'const whole = { ...like, weight };',
  }),
  breaks('one mark for all Canaries of a route (M57)', changed('change each what leads'), {
    file: 'src/traffic/mark.ts',
    find: '`${apex}.${MARK}`',
    replace: "(apex === '' ? apex : MARK)",
  }),
];
