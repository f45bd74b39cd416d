/** What of the add-ons a running cluster lacks: their objects as the files have them, against what it was given. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/objects.ts';
import { digest } from '../../src/shared/digest.ts';
import { textAt, valueAt } from '../../test/e2e/harness/look.ts';
import { HERE } from './paths.ts';

const FOLDER = join(HERE, 'addons');

/** Digests of what was applied, by the names of the objects. */
export type Applied = Readonly<Record<string, string>>;

export interface Plan {
  readonly apply: readonly KubeObject[];
  /** By name: they were applied, and no file has them any more. */
  readonly remove: readonly string[];
  /** By name: Deployments whose configuration or image is another now, which they do not notice. */
  readonly restart: readonly string[];
}

export function addOnFiles(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(FOLDER, name));
}

export function readAddOns(): readonly KubeObject[] {
  return addOnFiles().flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as KubeObject),
  );
}

/** `KIND.VERSION.GROUP/NAME`, as kubectl takes it, and ` --namespace=NAMESPACE` where it has one. */
export function nameOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): string {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return `${kind}.${version}.${group}/${name}${namespace === undefined ? '' : ` --namespace=${namespace}`}`;
}

export function appliedOf(objects: readonly KubeObject[]): Applied {
  return Object.fromEntries(objects.map((object) => [nameOf(object), digest(object)]));
}

/**
 * @param applied what the cluster was given; undefined for one that has just been made, where nothing runs to be
 *   restarted
 * @param images those that have been made anew, under names that pods may use already
 */
export function planOf(
  applied: Applied | undefined,
  objects: readonly KubeObject[],
  images: readonly string[],
): Plan {
  const before = applied ?? {};
  const now = appliedOf(objects);
  const apply = objects.filter((object) => before[nameOf(object)] !== now[nameOf(object)]);
  const configs = apply.filter(({ kind }) => kind === 'ConfigMap').map(placeOf);
  const isOutdated = (deployment: KubeObject): boolean =>
    configMapsOf(deployment).some((place) => configs.includes(place)) ||
    imagesOf(deployment).some((image) => images.includes(image));
  const running = applied === undefined ? [] : objects.filter(({ kind }) => kind === 'Deployment');
  return {
    apply,
    remove: Object.keys(before).filter((name) => now[name] === undefined),
    restart: running.filter(isOutdated).map(nameOf),
  };
}

const placeOf = ({ metadata: { namespace = '', name } }: KubeObject): string => `${namespace}/${name}`;

function configMapsOf(deployment: KubeObject): readonly string[] {
  const { namespace = '' } = deployment.metadata;
  return podParts(deployment, 'volumes').map(
    (volume) => `${namespace}/${textAt(volume, 'configMap', 'name')}`,
  );
}

function imagesOf(deployment: KubeObject): readonly string[] {
  return podParts(deployment, 'containers').map((container) => textAt(container, 'image'));
}

function podParts(deployment: KubeObject, part: 'volumes' | 'containers'): readonly unknown[] {
  const found = valueAt(deployment, 'spec', 'template', 'spec', part);
  return Array.isArray(found) ? found : [];
}
