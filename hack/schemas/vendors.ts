/**
 * Whose definitions the objects we render have to satisfy: a line for each vendor, with the Go module
 * that carries them. Only definitions of kinds that we render are taken.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { at, list, text, tree } from '../../src/api/tree.ts';
import { isKubeObject } from '../../src/adapters/kubernetes/objects.ts';
import type { KubeObject } from '../../src/api/objects.ts';

export interface Vendor {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** A file, or a folder of files, in the module. */
  readonly path: string;
}

const REFERENCE = 'docs/content/reference/dynamic-configuration';

export const VENDORS: readonly Vendor[] = [
  { name: 'Istio', module: 'istio.io/api', version: 'v1.32.0', path: 'kubernetes' },
  {
    name: 'Gateway API',
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.1',
    path: 'config/crd/standard',
  },
  {
    name: 'Traefik',
    module: 'github.com/traefik/traefik/v3',
    version: 'v3.7.12',
    path: `${REFERENCE}/kubernetes-crd-definition-v1.yml`,
  },
  {
    name: 'Knative',
    module: 'knative.dev/serving',
    version: 'v0.51.0',
    path: 'config/core/300-resources',
  },
  // The last version whose definitions the proxy for Go modules has.
  {
    name: 'APISIX',
    module: 'github.com/apache/apisix-ingress-controller',
    version: 'v1.8.4',
    path: 'samples/deploy/crd/v1/ApisixRoute.yaml',
  },
  {
    name: 'Contour',
    module: 'github.com/projectcontour/contour',
    version: 'v1.33.8',
    path: 'examples/contour/01-crds.yaml',
  },
  // SMI's own module has no definition that a present API server takes.
  {
    name: 'Open Service Mesh',
    module: 'github.com/openservicemesh/osm',
    version: 'v1.2.4',
    path: 'cmd/osm-bootstrap/crds/smi_traffic_split.yaml',
  },
  { name: 'KEDA', module: 'github.com/kedacore/keda/v2', version: 'v2.21.0', path: 'config/crd/bases' },
];

/** Versions of which no package carries a definition: what we render in them is not tried. */
export const UNPUBLISHED: readonly string[] = [
  'split.smi-spec.io/v1alpha1',
  // App Mesh's and Gloo's own modules have them in a form that API servers since 1.22 do not take.
  'appmesh.k8s.aws/v1beta1',
  'gateway.solo.io/v1',
  'gloo.solo.io/v1',
  'kuma.io/v1alpha1',
  'appmesh.k8s.aws/v1beta2',
];

const ATTEMPTS = 3;
const PAUSE = 5_000;

/** The vendor's definitions, with the versions that it serves no more. @throws a sentence where the module cannot be had */
export async function definitionsOf({ module, version, path }: Vendor): Promise<readonly KubeObject[]> {
  const folder = await download(`${module}@${version}`);
  return filesAt(join(folder, path))
    .flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')))
    .map((document): unknown => document.toJS())
    .filter(isKubeObject)
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(withAllServed);
}

/** What we write for clusters of former days is held against the schema of those days. */
function withAllServed(definition: KubeObject): KubeObject {
  const spec = tree(definition['spec']);
  const versions = list(spec['versions']).map((version) => ({ ...tree(version), served: true }));
  return { ...definition, spec: { ...spec, versions } };
}

/** Into Go's own cache, where it stays; resolves with the folder. A proxy that does not answer is asked again. */
async function download(module: string, attempts = ATTEMPTS): Promise<string> {
  const command = promisify(execFile)('go', ['mod', 'download', '-json', module], {
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const found = await command.catch((error: unknown) => error);
  const stdout = text(at(found, 'stdout')) ?? '';
  const folder = stdout === '' ? undefined : text(at(JSON.parse(stdout) as unknown, 'Dir'));
  if (folder !== undefined) return folder;
  if (attempts > 1) {
    await setTimeout(PAUSE);
    return download(module, attempts - 1);
  }
  const said = [stdout, text(at(found, 'stderr')), found instanceof Error ? found.message : ''].find(Boolean);
  throw new Error(
    `go mod download ${module} failed, and it is needed for the vendor's definitions: ${said ?? ''}`,
  );
}

function filesAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(path, name));
}
