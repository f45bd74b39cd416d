/** What has to be there before anything can be started, and one sentence about each thing that is not. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The machine, as far as it matters here. */
export interface Machine {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly hasProgram: (name: string) => boolean;
  readonly hasFile: (path: string) => boolean;
  /** The words of `go version`; undefined where there is no go. */
  readonly go: string | undefined;
  /** Whether something has yet to be compiled. */
  readonly building: boolean;
}

/** Debian's packages and a program, or a file, by which each is known to be there. */
const PACKAGES: Readonly<Record<string, string>> = {
  'etcd-server': 'etcd',
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  iptables: 'iptables',
  iproute2: 'ip',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  socat: 'socat',
  openssl: 'openssl',
  'util-linux': 'nsenter',
  mount: 'mount',
};

/** Older ones cannot fetch the toolchain that the modules ask for. */
const OLDEST_GO = [1, 21] as const;

/** A sentence for each missing prerequisite; empty where everything is there. */
export function missingPrerequisites(machine: Machine): readonly string[] {
  if (machine.platform !== 'linux') {
    return [
      `a cluster can be started on Linux only, this is ${machine.platform}; name another one in KUBECONFIG`,
    ];
  }
  return [...privilege(machine), ...packages(machine), ...compiler(machine)];
}

function privilege({ isRoot }: Machine): readonly string[] {
  return isRoot ? [] : ['starting containers needs root: run the same command with sudo -E'];
}

function packages({ hasProgram, hasFile }: Machine): readonly string[] {
  const missing = Object.entries(PACKAGES)
    .filter(([, sign]) => !(sign.startsWith('/') ? hasFile(sign) : hasProgram(sign)))
    .map(([name]) => name);
  if (missing.length === 0) return [];
  const some = missing.length === 1 ? 'a package is' : `${missing.length} packages are`;
  return [
    `${some} missing: apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`,
  ];
}

function compiler({ go, building }: Machine): readonly string[] {
  if (!building) return [];
  const wanted = `go ${OLDEST_GO.join('.')} or later, which fetches the version it needs by itself`;
  const source = 'see https://go.dev/dl';
  if (go === undefined) return [`the programs are built with ${wanted}; none is on the path, ${source}`];
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(go) ?? [];
  const isNew = Number(major) > OLDEST_GO[0] || Number(minor) >= OLDEST_GO[1];
  return isNew ? [] : [`the programs are built with ${wanted}; found ${go.trim()}, ${source}`];
}

/** Whether a program can be found the way a shell would. */
export function onPath(name: string, path = process.env['PATH'] ?? ''): boolean {
  return [...path.split(delimiter), '/usr/sbin', '/sbin'].some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function thisMachine(go: string | undefined, building: boolean): Machine {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasProgram: (name) => onPath(name),
    hasFile: existsSync,
    go,
    building,
  };
}
