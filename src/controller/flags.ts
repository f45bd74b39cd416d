/**
 * The controller's flags: Flagger's names and meanings, one dash or two, and some of our own. Environment variables
 * win over flags, as they do there. Flags that mean nothing here are accepted, so that a manifest need not change.
 */
import { millis, unreachable, type Millis } from '../shared/brand.ts';
import { formatDuration, parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Settings } from './settings.ts';

interface Flag {
  readonly kind: 'text' | 'switch' | 'number' | 'span' | 'list';
  readonly initial: string;
  readonly help: string;
  readonly environment?: string;
  readonly allowed?: readonly string[];
  /** Accepted and without effect. */
  readonly idle?: true;
}

const FLAGS = {
  kubeconfig: {
    kind: 'text',
    initial: '',
    help: 'kubeconfig file; without one KUBECONFIG, then the pod itself',
  },
  master: { kind: 'text', initial: '', help: 'address of the API server, if not the one of the kubeconfig' },
  'kubeconfig-qps': { kind: 'number', initial: '100', help: 'calls to the API server per second' },
  'kubeconfig-burst': {
    kind: 'number',
    initial: '250',
    help: 'calls to the API server that may come at once',
  },
  'metrics-server': {
    kind: 'text',
    initial: 'http://prometheus:9090',
    help: 'Prometheus for built-in and in-line metrics',
  },
  'log-level': {
    kind: 'text',
    initial: 'debug',
    help: 'least severe lines to log',
    allowed: ['debug', 'info', 'warning', 'error'],
  },
  'zap-encoding': { kind: 'text', initial: 'json', help: 'form of log lines', allowed: ['json', 'console'] },
  port: { kind: 'number', initial: '8080', help: 'port of /metrics, /healthz and /readyz' },
  namespace: { kind: 'text', initial: '', help: 'the only namespace to look at; empty is all' },
  'mesh-provider': { kind: 'text', initial: 'istio', help: 'traffic provider of Canaries that name none' },
  'selector-labels': {
    kind: 'list',
    initial: 'app,name,app.kubernetes.io/name',
    help: 'label keys of which a target must be selected by one, in order of preference',
  },
  'include-label-prefix': {
    kind: 'list',
    initial: '',
    help: 'prefixes of target labels that the primary gets too; * is all',
  },
  'enable-config-tracking': {
    kind: 'switch',
    initial: 'true',
    help: 'copy ConfigMaps and Secrets for the primary and notice their changes',
  },
  'leader-election-namespace': {
    kind: 'text',
    initial: 'kube-system',
    help: 'namespace of the Lease flagger-leader-election, unless -namespace is set',
  },
  'leader-election-lease-duration': {
    kind: 'span',
    initial: '60s',
    help: 'how long others wait for a leader that shows no sign of life; whole seconds',
  },
  'leader-election-renew-deadline': {
    kind: 'span',
    initial: '15s',
    help: 'a leader that could not renew its lease for this long stops; shorter than the lease',
  },
  'leader-election-retry-period': {
    kind: 'span',
    initial: '5s',
    help: 'between renewals, and between looks at the lease; shorter than the renew deadline',
  },
  'minimum-analysis-interval': {
    kind: 'span',
    initial: '10s',
    help: 'analysis intervals shorter than this are raised to it',
  },
  'install-crds': {
    kind: 'switch',
    initial: 'true',
    help: "apply our CRDs at start where the cluster's do not know our fields",
  },
  'no-cross-namespace-refs': {
    kind: 'switch',
    initial: 'false',
    help: 'refuse metric templates and alert providers of other namespaces',
  },
  'revert-on-deletion': {
    kind: 'switch',
    initial: 'false',
    help: 'what revertOnDeletion is for Canaries that do not say: whether a deleted one gives its target everything back',
  },
  'cluster-name': { kind: 'text', initial: '', help: 'name of the cluster, shown in alerts' },
  'event-webhook': {
    kind: 'text',
    initial: '',
    help: 'is sent every event of Canaries without event hooks of their own',
    environment: 'EVENT_WEBHOOK_URL',
  },
  'slack-url': { kind: 'text', initial: '', help: 'Slack webhook or API address', environment: 'SLACK_URL' },
  'slack-token': {
    kind: 'text',
    initial: '',
    help: 'Slack bot token; better given by environment',
    environment: 'SLACK_TOKEN',
  },
  'slack-proxy-url': {
    kind: 'text',
    initial: '',
    help: 'HTTP proxy on the way to Slack',
    environment: 'SLACK_PROXY_URL',
  },
  'slack-user': { kind: 'text', initial: 'flagger', help: 'name alerts are posted under' },
  'slack-channel': { kind: 'text', initial: '', help: 'channel alerts are posted to' },
  'msteams-url': {
    kind: 'text',
    initial: '',
    help: 'Microsoft Teams webhook, of a connector or a workflow',
    environment: 'MSTEAMS_URL',
  },
  'msteams-proxy-url': {
    kind: 'text',
    initial: '',
    help: 'HTTP proxy on the way to Microsoft Teams',
    environment: 'MSTEAMS_PROXY_URL',
  },
  'control-loop-interval': {
    kind: 'span',
    initial: '10s',
    help: 'no effect: changes are watched',
    idle: true,
  },
  threadiness: { kind: 'number', initial: '2', help: 'no effect', idle: true },
  'zap-replace-globals': { kind: 'switch', initial: 'false', help: 'no effect', idle: true },
  'enable-leader-election': {
    kind: 'switch',
    initial: 'false',
    help: 'no effect: a leader is always elected',
    idle: true,
  },
  'ingress-annotations-prefix': {
    kind: 'text',
    initial: 'nginx.ingress.kubernetes.io',
    help: 'what the annotations of an Ingress begin with that tell nginx about canaries',
  },
  'ingress-class': {
    kind: 'text',
    initial: '',
    help: 'which Contour is to follow the HTTPProxies that are made, where there are several',
  },
  'kubeconfig-service-mesh': { kind: 'text', initial: '', help: 'no effect yet', idle: true },
} as const satisfies Record<string, Flag>;

type Name = keyof typeof FLAGS;
type Texts = Record<Name, string>;

/** klog's, which scripts pass along. Those that are switches take no word of their own. */
const KLOG_SWITCHES = new Set([
  'add_dir_header',
  'alsologtostderr',
  'logtostderr',
  'one_output',
  'skip_headers',
  'skip_log_headers',
]);
const KLOG_TEXTS = new Set([
  'log_backtrace_at',
  'log_dir',
  'log_file',
  'log_file_max_size',
  'stderrthreshold',
  'v',
  'vmodule',
]);

export type CommandLine =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/** What the words and the environment ask for, or a sentence that says what is wrong with them. */
export function parseFlags(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<CommandLine, string> {
  const texts = initialTexts();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const [, name, inline] = /^--?([A-Za-z][\w-]*)(?:=([^]*))?$/.exec(word) ?? [];
    if (name === undefined) return err(`${word} is not a flag`);
    if (name === 'help' || name === 'h') return ok({ kind: 'help' });
    if (name === 'version') return ok({ kind: 'version' });
    const standsAlone = inline !== undefined || isSwitch(name);
    const value = inline ?? (isSwitch(name) ? 'true' : words[at + 1]);
    if (!isKnown(name)) return err(`unknown flag -${name}${suggestion(name)}; -help lists all flags`);
    if (value === undefined) return err(`-${name} needs a value`);
    if (!standsAlone) at += 1;
    const fault = set(texts, name, value);
    if (fault !== undefined) return err(fault);
  }
  overrule(texts, environment);
  const settings = toSettings(texts);
  return settings.ok ? ok({ kind: 'run', settings: settings.value }) : settings;
}

function initialTexts(): Texts {
  // The entries are those of FLAGS, so every name is there.
  return Object.fromEntries(Object.entries(FLAGS).map(([name, { initial }]) => [name, initial])) as Texts;
}

function isFlag(name: string): name is Name {
  return Object.hasOwn(FLAGS, name);
}

function isKnown(name: string): boolean {
  return isFlag(name) || KLOG_SWITCHES.has(name) || KLOG_TEXTS.has(name);
}

function isSwitch(name: string): boolean {
  return KLOG_SWITCHES.has(name) || (isFlag(name) && FLAGS[name].kind === 'switch');
}

/** Puts the value in place, or says why it cannot be. */
function set(texts: Texts, name: string, value: string): string | undefined {
  if (!isFlag(name)) return undefined;
  const fault = faultOf(FLAGS[name], value);
  if (fault !== undefined) return `-${name} is ${JSON.stringify(value)}, ${fault}`;
  texts[name] = FLAGS[name].kind === 'switch' ? String(TRUE.has(value.toLowerCase())) : value;
  return undefined;
}

const TRUE = new Set(['1', 't', 'true']);
const FALSE = new Set(['0', 'f', 'false']);

function faultOf({ kind, allowed }: Flag, value: string): string | undefined {
  if (allowed !== undefined && !allowed.includes(value)) return `allowed are ${allowed.join(', ')}`;
  switch (kind) {
    case 'switch': {
      const word = value.toLowerCase();
      return TRUE.has(word) || FALSE.has(word) ? undefined : 'allowed are true and false';
    }
    case 'number':
      return /^\d{1,6}$/.test(value) ? undefined : 'expected a whole number from 0';
    case 'span':
      return parseDuration(value) === undefined ? 'expected a span of time such as 10s or 1m' : undefined;
    case 'text':
    case 'list':
      return undefined;
    default:
      return unreachable(kind);
  }
}

function overrule(texts: Texts, environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, flag] of Object.entries<Flag>(FLAGS)) {
    const value = flag.environment === undefined ? undefined : environment[flag.environment];
    if (value !== undefined && value !== '' && isFlag(name)) texts[name] = value;
  }
}

function toSettings(texts: Texts): Result<Settings, string> {
  const port = Number(texts.port);
  if (port > 65_535) return err(`-port is ${texts.port}, allowed are 0 to 65535`);
  const fault = zeroFault(texts) ?? addressFault(texts);
  if (fault !== undefined) return err(fault);
  const lease = leaseFrom(texts);
  if (!lease.ok) return lease;
  return ok({
    kubeconfig: texts.kubeconfig,
    master: texts.master,
    qps: Number(texts['kubeconfig-qps']),
    burst: Number(texts['kubeconfig-burst']),
    metricsServer: texts['metrics-server'],
    // Held against the allowed words when they were set.
    logLevel: texts['log-level'] as Settings['logLevel'],
    logEncoding: texts['zap-encoding'] as Settings['logEncoding'],
    port,
    namespace: texts.namespace,
    meshProvider: texts['mesh-provider'],
    ingressAnnotationsPrefix: texts['ingress-annotations-prefix'],
    ingressClass: texts['ingress-class'],
    selectorLabels: listOf(texts['selector-labels']),
    includeLabelPrefixes: listOf(texts['include-label-prefix']),
    trackConfigs: texts['enable-config-tracking'] === 'true',
    leaderElectionNamespace: texts.namespace === '' ? texts['leader-election-namespace'] : texts.namespace,
    lease: lease.value,
    minimumInterval: parseDuration(texts['minimum-analysis-interval']) ?? millis(10_000),
    installCrds: texts['install-crds'] === 'true',
    noCrossNamespaceRefs: texts['no-cross-namespace-refs'] === 'true',
    revertOnDeletion: texts['revert-on-deletion'] === 'true',
    clusterName: texts['cluster-name'],
    eventWebhook: texts['event-webhook'],
    slack: {
      url: texts['slack-url'],
      token: texts['slack-token'],
      proxy: texts['slack-proxy-url'],
      user: texts['slack-user'],
      channel: texts['slack-channel'],
    },
    msteams: { url: texts['msteams-url'], proxy: texts['msteams-proxy-url'] },
  });
}

/** With no calls at all nothing would ever happen, and nothing would say why. */
function zeroFault(texts: Texts): string | undefined {
  const name = (['kubeconfig-qps', 'kubeconfig-burst'] as const).find((flag) => Number(texts[flag]) === 0);
  return name === undefined ? undefined : `-${name} is 0, allowed is 1 or more`;
}

/** The address itself stays out of the sentence: it may hold credentials. */
function addressFault(texts: Texts): string | undefined {
  const isAddress = (text: string): boolean => /^https?:\/\//iu.test(text) && URL.canParse(text);
  const name = (['master', 'metrics-server'] as const).find(
    (flag) => texts[flag] !== '' && !isAddress(texts[flag]),
  );
  return name === undefined
    ? undefined
    : `-${name} is not the address of a server, expected http://… or https://…`;
}

/** Whoever leads must have stopped before anybody else may begin, so the order of the three is no matter of taste. */
function leaseFrom(texts: Texts): Result<Settings['lease'], string> {
  const span = (name: Name): Millis => parseDuration(texts[name]) ?? millis(0);
  const duration = span('leader-election-lease-duration');
  const renewDeadline = span('leader-election-renew-deadline');
  const retryPeriod = span('leader-election-retry-period');
  const found = `found ${formatDuration(duration)}, ${formatDuration(renewDeadline)}, ${formatDuration(retryPeriod)}`;
  if (duration % 1_000 !== 0) return err(`-leader-election-lease-duration is not in whole seconds, ${found}`);
  if (duration > renewDeadline && renewDeadline > retryPeriod && retryPeriod > 0)
    return ok({ duration, renewDeadline, retryPeriod });
  return err(
    `-leader-election-lease-duration, -renew-deadline and -retry-period have to be each shorter than the one before, ${found}`,
  );
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Everything there is to set, one flag a paragraph. */
export function helpText(): string {
  const flags = Object.entries<Flag>(FLAGS).map(([name, { kind, initial, help, environment, allowed }]) => {
    const hint = kind === 'switch' ? '' : ` ${kind}`;
    const facts = [
      `default ${initial === '' ? 'empty' : initial}`,
      ...(allowed === undefined ? [] : [`one of ${allowed.join(', ')}`]),
      ...(environment === undefined ? [] : [`environment ${environment} wins`]),
    ];
    return `  -${name}${hint}\n        ${help} (${facts.join('; ')})`;
  });
  return [
    'Serin drives Canaries: it shifts traffic to a new revision step by step, measures, promotes or goes back.',
    '',
    'Usage: serin-controller [flags]      one dash or two; -flag=value or -flag value',
    '',
    ...flags,
    '  -version\n        print the version and exit',
    '  -help\n        print this and exit',
    '',
    "klog's flags (-v, -logtostderr, …) are accepted and have no effect.",
    '',
  ].join('\n');
}

/** The known flag that is meant most likely, as the end of a sentence; nothing if none is near. */
function suggestion(name: string): string {
  const [nearest] = Object.keys(FLAGS)
    .map((known) => ({ known, distance: distanceOf(name.toLowerCase(), known) }))
    .sort((a, b) => a.distance - b.distance);
  if (nearest === undefined || nearest.distance > Math.max(2, name.length / 3)) return '';
  return `, did you mean -${nearest.known}`;
}

/** Levenshtein's: letters to insert, drop or change. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
