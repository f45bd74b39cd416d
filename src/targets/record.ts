/** Is the target still what it was? An API server that starts filling in a default must not look like a push. */
import type { KubeObject } from '../api/objects.ts';
import { at, tree, without, type Tree } from '../api/tree.ts';
import type { TargetRecord } from '../core/model.ts';
import { revision, type Revision } from '../shared/brand.ts';
import { digest } from '../shared/digest.ts';
import { configKey, type TrackedConfigs } from './tracked-config.ts';

type Digests = Readonly<Record<string, string>>;

/** In a node selector: no node has it, so a DaemonSet that asks for it runs nowhere. */
export const SCALED_TO_NOTHING = 'flagger.app/scale-to-zero';

/** It asks for a node that there is not. */
export function runsNowhere(workload: KubeObject): boolean {
  return at(workload, 'spec', 'template', 'spec', 'nodeSelector', SCALED_TO_NOTHING) !== undefined;
}

/** The digest of a pod template as its author means it. */
export function templateDigest(template: unknown): string {
  return digest(plainTemplate(template));
}

/** The template without what old API servers print into every metadata, and without what parks a DaemonSet. */
export function plainTemplate(template: unknown): Readonly<Record<string, unknown>> {
  const { metadata, ...rest } = tree(template);
  return { ...unparked(rest), metadata: without(tree(metadata), 'creationTimestamp') };
}

function unparked(template: Tree): Tree {
  const selector = at(template, 'spec', 'nodeSelector');
  if (selector === undefined) return template;
  const nodeSelector = without(tree(selector), SCALED_TO_NOTHING);
  const spec = without(tree(template['spec']), 'nodeSelector');
  return { ...template, spec: Object.keys(nodeSelector).length > 0 ? { ...spec, nodeSelector } : spec };
}

/**
 * The target as it is now. It keeps the revision of the record while nobody has changed it: the same uid and
 * generation are the same template whatever its digest, the same digest is the same template whatever its
 * generation. A configuration that is missing counts as it was last seen.
 */
export function recordOf(
  target: KubeObject,
  tracked: TrackedConfigs,
  before: TargetRecord | undefined,
): TargetRecord {
  const { name, uid = '', generation = 0 } = target.metadata;
  const template = templateDigest(at(target, 'spec', 'template'));
  const configs = configDigests(tracked, before);
  const now = { workload: `${target.kind}/${name}`, uid, generation, template, configs };
  const unchanged =
    before !== undefined && isSameTemplate(before, now) && isSameConfig(before.configs, configs);
  return { ...now, revision: unchanged ? before.revision : nameOf(template, configs) };
}

/** The name of a template with this configuration. */
export function nameOf(template: string, configs: Digests): Revision {
  return revision(digest({ template, configs }));
}

function configDigests({ found, missing }: TrackedConfigs, before: TargetRecord | undefined): Digests {
  const seen = found.map(({ key, digest }): [string, string] => [key, digest]);
  const lost = missing.flatMap((reference): [string, string][] => {
    const last = before?.configs[configKey(reference)];
    return last === undefined ? [] : [[configKey(reference), last]];
  });
  return Object.fromEntries([...seen, ...lost]);
}

function isSameTemplate(before: TargetRecord, now: Omit<TargetRecord, 'revision'>): boolean {
  if (before.uid === now.uid && before.generation === now.generation) return true;
  return before.template === now.template;
}

function isSameConfig(before: Digests, now: Digests): boolean {
  const keys = Object.keys(before);
  if (keys.length !== Object.keys(now).length) return false;
  return keys.every((key) => {
    const [then, since] = [before[key] ?? '', now[key]];
    return since !== undefined && (then === since || schemeOf(then) !== schemeOf(since));
  });
}

/** Digests of two schemes say nothing about each other. */
function schemeOf(name: string): string {
  return name.slice(0, name.indexOf('-'));
}
