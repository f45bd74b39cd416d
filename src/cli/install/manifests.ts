/** The objects of an installation, as the chart with the same values has them. */
import type { KubeObject } from '../../api/objects.ts';
import { definitionRules, leaseRules, workRules, type Rule } from './rules.ts';

export interface Installation {
  /** Where the controller runs. */
  readonly namespace: string;
  /** The only namespace it looks at; undefined is all of them. */
  readonly watched: string | undefined;
  /** The first is the one of Canaries that name none; without any that is istio. */
  readonly providers: readonly string[];
  readonly metricsServer: string;
  readonly image: string;
  readonly replicas: number;
  /** Of the controller, for labels. */
  readonly version: string;
}

const NAME = 'serin';
const DEFAULT_PROVIDER = 'istio';
const PORT = 8_080;
const SELECTED = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': NAME };

/** Everything but the definitions, in an order in which it can be applied. */
export function installation(wish: Installation): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: wish.namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(wish, NAME, wish.namespace) },
    ...permissions(wish),
    service(wish),
    deployment(wish),
  ];
}

function metadata(
  { version }: Installation,
  name: string,
  namespace: string | undefined,
): KubeObject['metadata'] {
  const labels = { ...SELECTED, 'app.kubernetes.io/version': version };
  return { name, ...(namespace !== undefined && { namespace }), labels };
}

/** Of one namespace a Role is enough for everything; else who leads is a matter of the controller's own namespace. */
function permissions(wish: Installation): readonly KubeObject[] {
  const { watched, namespace } = wish;
  const providers = wish.providers.length === 0 ? [DEFAULT_PROVIDER] : wish.providers;
  const work = workRules({ providers, trackConfigs: true, secretNames: [] });
  if (watched !== undefined) return granted(wish, NAME, watched, [...work, ...leaseRules()]);
  return [
    ...granted(wish, NAME, undefined, [...work, ...definitionRules()]),
    ...granted(wish, `${NAME}-leader-election`, namespace, leaseRules()),
  ];
}

/** A role and its binding, of this namespace or of the cluster. */
function granted(
  wish: Installation,
  name: string,
  namespace: string | undefined,
  rules: readonly Rule[],
): readonly KubeObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const apiVersion = `${apiGroup}/v1`;
  const about = metadata(wish, name, namespace);
  const roleRef = { apiGroup, kind, name };
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: wish.namespace }];
  return [
    { apiVersion, kind, metadata: about, rules },
    { apiVersion, kind: `${kind}Binding`, metadata: about, roleRef, subjects },
  ];
}

function service(wish: Installation): KubeObject {
  const ports = [{ name: 'http', port: PORT, targetPort: 'http' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(wish, NAME, wish.namespace),
    spec: { selector: SELECTED, ports },
  };
}

function deployment(wish: Installation): KubeObject {
  const annotations = {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(PORT),
    'appmesh.k8s.aws/sidecarInjectorWebhook': 'disabled',
    'linkerd.io/inject': 'enabled',
  };
  const about = metadata(wish, NAME, wish.namespace);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: about,
    spec: {
      replicas: wish.replicas,
      selector: { matchLabels: SELECTED },
      template: { metadata: { labels: about.labels, annotations }, spec: podSpec(wish) },
    },
  };
}

/** As Pod Security's "restricted" wants it. */
function podSpec(wish: Installation): object {
  return {
    serviceAccountName: NAME,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: NAME,
        image: wish.image,
        imagePullPolicy: 'IfNotPresent',
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
          runAsUser: 65_532,
        },
        args: argsOf(wish),
        env: OWN_POD,
        ports: [{ name: 'http', containerPort: PORT }],
        terminationMessagePolicy: 'FallbackToLogsOnError',
        startupProbe: {
          httpGet: { path: '/healthz', port: 'http' },
          periodSeconds: 2,
          timeoutSeconds: 5,
          failureThreshold: 60,
        },
        livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, timeoutSeconds: 5 },
        readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 5, timeoutSeconds: 5 },
        resources: {
          limits: { memory: '512Mi', cpu: '1000m' },
          requests: { memory: '64Mi', cpu: '10m' },
        },
      },
    ],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: SELECTED },
      },
    ],
  };
}

/** How the controller knows its pod, which the Lease belongs to. */
const OWN_POD = [
  ['SERIN_POD_NAMESPACE', 'metadata.namespace'],
  ['SERIN_POD_NAME', 'metadata.name'],
  ['SERIN_POD_UID', 'metadata.uid'],
].map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } }));

function argsOf({ namespace, watched, providers, metricsServer }: Installation): readonly string[] {
  const [provider = ''] = providers;
  return [
    '-log-level=info',
    `-metrics-server=${metricsServer}`,
    '-enable-config-tracking=true',
    `-install-crds=${watched === undefined}`,
    `-leader-election-namespace=${namespace}`,
    ...(provider === '' ? [] : [`-mesh-provider=${provider}`]),
    ...(watched === undefined ? [] : [`-namespace=${watched}`]),
    '-slack-user=flagger',
  ];
}
