/** What objects tell of the time before a take-over: when templates were written, and for which configuration. */
import { KINDS } from '../api/kinds.ts';
import { isKnativeService } from '../api/knative.ts';
import type { KubeObject } from '../api/objects.ts';
import { at, list, text, texts, tree } from '../api/tree.ts';
import type { Traces } from '../core/model.ts';
import { instant, type Instant } from '../shared/brand.ts';
import { PRIMARY } from './labels.ts';
import { SCALED_TO_NOTHING } from './record.ts';
import type { Look } from './target.ts';
import { checksum, trackedConfigs } from './tracked-config.ts';

/** As Flagger writes a checksum; what we write has another form. */
const FOREIGN = /^[0-9a-f]{16}$/;

const PARKING = `f:${SCALED_TO_NOTHING}`;

/** `read` are target and primary with their managed fields, which caches do not keep. */
export function tracesOf(look: Look, read: readonly KubeObject[]): Traces {
  const named = (name: string): KubeObject | undefined => read.find(({ metadata }) => metadata.name === name);
  const { name } = look.canary.target;
  const target = named(name);
  return {
    pushedAt: rolledAt(target),
    copiedAt: writtenAt(named(`${name}${PRIMARY}`)),
    configChanged: target !== undefined && configChanged(look, target),
  };
}

/**
 * When the template last became another one. Whoever owns fields of it also renews the time of his entry with a change
 * elsewhere, so a rollout must have begun since.
 */
function rolledAt(target: KubeObject | undefined): Instant | undefined {
  const written = writtenAt(target);
  const rollout = list(at(target, 'status', 'conditions')).find((one) => at(one, 'type') === 'Progressing');
  const rolled = timeOf(at(rollout, 'lastUpdateTime'));
  if (written === undefined || rolled === undefined) return written;
  return rolled < written ? rolled : written;
}

/** When one of those who own a field of the template last wrote what he owns. */
function writtenAt(workload: KubeObject | undefined): Instant | undefined {
  // All of a Service is what is released, but of Knative's there is a template.
  const whole = workload?.kind === KINDS.Service.kind && !isKnativeService(workload);
  const template = whole ? [] : ['f:template'];
  const times = list(workload?.metadata['managedFields'])
    .filter((entry) => isWriteOf(at(entry, 'fieldsV1', 'f:spec', ...template)))
    .flatMap((entry) => timeOf(at(entry, 'time')) ?? []);
  return times.length === 0 ? undefined : instant(Math.max(...times));
}

/** Somebody owns more of the template than what parks a DaemonSet. */
function isWriteOf(template: unknown): boolean {
  const members = Object.entries(tree(template)).filter(([key]) => key !== '.');
  return members.some(([key, member]) => key !== PARKING && (isLeaf(member) || isWriteOf(member)));
}

function isLeaf(member: unknown): boolean {
  return Object.keys(tree(member)).length === 0;
}

function timeOf(written: unknown): Instant | undefined {
  const time = Date.parse(text(written) ?? '');
  return Number.isNaN(time) ? undefined : instant(time);
}

function configChanged({ canary, options, objects }: Look, target: KubeObject): boolean {
  if (!options.trackConfigs) return false;
  const known = texts(at(canary.object['status'], 'trackedConfigs'));
  return trackedConfigs(tree(at(target, 'spec', 'template')), objects).found.some(({ key, object }) => {
    const then = known[key];
    return then !== undefined && FOREIGN.test(then) && then !== checksum(object);
  });
}
