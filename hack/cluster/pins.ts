/**
 * Everything the cluster is made of, with its version. What a version pulls in is pinned beside it, in
 * `go/NAME/go.mod` and `go.sum`; to move one, change both, then `go mod tidy` in that folder.
 */

/** A program that is built from Go modules. */
export interface Build {
  /** Also the folder below `go/` with the modules it is built from. */
  readonly name: string;
  readonly version: string;
  /** The packages to build and the name of each one's program. */
  readonly programs: Readonly<Record<string, string>>;
  /** Texts that are set in the program, by the full name of their variable. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  /** Other names for the program: it does what the name it is called by says. */
  readonly alsoCalled?: readonly string[];
  /** A module that is built from a copy, with the files of `go/NAME/FOLDER` laid over it. */
  readonly patched?: PatchedModule;
  /** Folders and files of modules that are needed as they are: definitions, mostly. */
  readonly files?: Readonly<Record<string, ModuleFiles>>;
  /** How long it takes on two cores when nothing is cached, in seconds: said while waiting. */
  readonly seconds: number;
}

export interface PatchedModule {
  readonly module: string;
  readonly version: string;
  readonly folder: string;
  /** Folders of the original that are left out. */
  readonly without: readonly string[];
}

export interface ModuleFiles {
  readonly module: string;
  readonly path: string;
}

const KUBERNETES = 'v1.36.3';
const HELM = 'v3.22.0';
const PROMETHEUS = 'v3.13.0';
const PODINFO = 'github.com/stefanprodan/podinfo';

export const PAUSE: Build = {
  name: 'pause',
  version: '1',
  programs: { '.': 'pause' },
  seconds: 5,
};

export const KUBE: Build = {
  name: 'kube',
  version: KUBERNETES,
  programs: { '.': 'kube' },
  variables: {
    'k8s.io/component-base/version.gitVersion': KUBERNETES,
    'k8s.io/component-base/version.gitMajor': '1',
    'k8s.io/component-base/version.gitMinor': '36',
    'k8s.io/component-base/version.gitTreeState': 'clean',
  },
  alsoCalled: [
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'kube-proxy',
    'kubectl',
  ],
  seconds: 260,
};

export const HELM_BUILD: Build = {
  name: 'helm',
  version: HELM,
  programs: { 'helm.sh/helm/v3/cmd/helm': 'helm' },
  variables: { 'helm.sh/helm/v3/internal/version.version': HELM },
  seconds: 60,
};

export const COREDNS: Build = {
  name: 'coredns',
  version: 'v1.15.0',
  programs: { '.': 'coredns' },
  seconds: 60,
};

export const PROMETHEUS_BUILD: Build = {
  name: 'prometheus',
  version: PROMETHEUS,
  programs: { 'github.com/prometheus/prometheus/cmd/prometheus': 'prometheus' },
  variables: { 'github.com/prometheus/common/version.Version': PROMETHEUS.slice(1) },
  // Of all the ways to find what to scrape, the one that is used: a third of the size and of the time.
  tags: ['remove_all_sd', 'enable_kubernetes_sd'],
  seconds: 120,
};

export const TRAEFIK: Build = {
  name: 'traefik',
  version: 'v3.7.12',
  programs: { 'github.com/traefik/traefik/v3/cmd/traefik': 'traefik' },
  variables: { 'github.com/traefik/traefik/v3/pkg/version.Version': '3.7.12' },
  patched: {
    module: 'github.com/go-acme/lego/v5',
    version: 'v5.3.1',
    folder: 'lego',
    without: ['providers/dns'],
  },
  files: {
    'traefik-crds.yml': {
      module: 'github.com/traefik/traefik/v3',
      path: 'docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml',
    },
    'gateway-api-crds': { module: 'sigs.k8s.io/gateway-api', path: 'config/crd/standard' },
  },
  seconds: 200,
};

export const SKIPPER: Build = {
  name: 'skipper',
  version: 'v0.22.0',
  programs: { 'github.com/zalando/skipper/cmd/skipper': 'skipper' },
  seconds: 80,
};

export const METRICS_SERVER: Build = {
  name: 'metrics-server',
  version: 'v0.9.0',
  programs: { 'sigs.k8s.io/metrics-server/cmd/metrics-server': 'metrics-server' },
  variables: { 'k8s.io/component-base/version.gitVersion': 'v0.9.0' },
  seconds: 60,
};

/** The versions of the example application that there are images of; answers tell them apart by it. */
export const PODINFO_VERSIONS = ['6.0.0', '6.0.1', '6.0.2', '6.0.3'] as const;

export const PODINFOS: readonly Build[] = PODINFO_VERSIONS.map((version) => ({
  name: 'podinfo',
  version,
  programs: { [`${PODINFO}/cmd/podinfo`]: 'podinfo', [`${PODINFO}/cmd/podcli`]: 'podcli' },
  variables: { [`${PODINFO}/pkg/version.VERSION`]: version },
  seconds: 35,
}));

/** What the cluster itself runs on. */
export const CORE: readonly Build[] = [PAUSE, KUBE];

export const ADD_ONS: readonly Build[] = [
  HELM_BUILD,
  COREDNS,
  TRAEFIK,
  SKIPPER,
  ...PODINFOS,
  PROMETHEUS_BUILD,
  METRICS_SERVER,
];
