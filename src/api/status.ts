/**
 * The memory of a rollout in its object. Flagger's fields keep Flagger's meaning, since people, scripts and
 * health checks read them; what is ours alone stands in `status.serin`, compact and of no fixed form.
 */
import { conditionsOf, type Condition } from '../core/conditions.ts';
import { UNTOUCHED } from '../core/takeover.ts';
import type { Cookies, Phase, Status } from '../core/model.ts';
import { instant, percent, revision, type Instant } from '../shared/brand.ts';
import { phaseSchema } from './announcement.ts';
import { memoryOf, memorySchema, type Memory } from './memory.ts';
import type { Canary, Finding } from './model.ts';
import type { KubeObject } from './objects.ts';
import { salvage, show } from './salvage.ts';
import { present } from './schema-parts.ts';
import { defined, isTree, list, text, texts, tree, type Tree } from './tree.ts';

export interface ReadStatus {
  readonly status: Status;
  /** What of it could not be read. Warnings: a rollout goes on with what there is. */
  readonly findings: readonly Finding[];
}

/** The status an object carries, as far as it can be read; never throws. */
export function parseStatus(object: KubeObject): Status {
  return readStatus(object).status;
}

/**
 * `parseStatus`, with what was wrong. A memory of ours that makes no sense is treated as if it were Flagger's: phase
 * and counters are kept, and where traffic is gets read from the routes before anything is written.
 */
export function readStatus(object: KubeObject): ReadStatus {
  const written = tree(object['status']);
  const phase = readPhase(written['phase'], object);
  const memory = written['serin'];
  if (memory === undefined && phase === undefined) {
    const lost = written['phase'] !== undefined && written['phase'] !== '';
    return lost ? failed(written, 'status.phase', written['phase']) : { status: UNTOUCHED, findings: [] };
  }
  if (phase === undefined) return failed(written, 'status.phase', written['phase']);
  if (memory === undefined || memory === null) return { status: foreign(written, phase), findings: [] };
  const { data, findings } = salvage(memorySchema, memory);
  if (data === undefined) {
    const lost = findings.map((finding) =>
      unreadable(finding, 'the rollout goes on from where the routes are'),
    );
    return { status: foreign(written, phase), findings: lost };
  }
  return {
    status: ours(written, phase, data),
    findings: findings.map((finding) => unreadable(finding, 'it is forgotten')),
  };
}

/** Nobody knows what was going on, so traffic goes home and nothing is started. */
function failed(written: Tree, field: string, found: unknown): ReadStatus {
  const message = `found ${show(found)}, which is no phase; the rollout counts as failed, traffic returns to the primary`;
  return { status: foreign(written, 'Failed'), findings: [{ severity: 'warning', field, message }] };
}

function unreadable({ field }: Finding, consequence: string): Finding {
  return {
    severity: 'warning',
    field: field === '' ? 'status.serin' : `status.serin.${field}`,
    message: `cannot be read, ${consequence}; the field is the controller's own, do not edit it`,
  };
}

function readPhase(written: unknown, { metadata }: KubeObject): Phase | undefined {
  // Declared by Flagger, written by nobody; on an object that lives on it can only mean "begin again".
  if (written === 'Terminated')
    return metadata.deletionTimestamp === undefined ? 'Initializing' : 'Terminating';
  const phase = phaseSchema.safeParse(written);
  return phase.success ? phase.data : undefined;
}

function shared(written: Tree, phase: Phase) {
  return {
    phase,
    canaryWeight: percent(Math.min(100, count(written['canaryWeight']))),
    failedChecks: count(written['failedChecks']),
    lastAppliedRevision: revision(text(written['lastAppliedSpec']) ?? ''),
    lastPromotedRevision: revision(text(written['lastPromotedSpec']) ?? ''),
    cookies: cookiesOf(written),
  };
}

const COOKIES = [
  ['canary', 'sessionAffinityCookie'],
  ['primary', 'primarySessionAffinityCookie'],
  ['previous', 'previousSessionAffinityCookie'],
] as const;

function cookiesOf(written: Tree): Cookies {
  const found = COOKIES.map(([name, field]) => [name, text(written[field]) ?? ''] as const);
  return Object.fromEntries(found.filter(([, cookie]) => cookie !== ''));
}

/** Those that there are, and null for those that there were. */
function cookieFields(cookies: Cookies, previous: Tree): Tree {
  return defined(
    Object.fromEntries(
      COOKIES.map(([name, field]) => [
        field,
        cookies[name] ?? (previous[field] === undefined ? undefined : null),
      ]),
    ),
  );
}

/** Flagger renews `lastTransitionTime` with every write; when the phase began is told by the condition. */
function foreign(written: Tree, phase: Phase): Status {
  const changedAt = timeOf(written['lastTransitionTime']);
  const condition = list(written['conditions'])
    .map(tree)
    .find(({ reason }) => reason === phase);
  return {
    ...UNTOUCHED,
    ...shared(written, phase),
    origin: 'flagger',
    step: count(written['iterations']) - 1,
    changedAt,
    phaseSince: condition === undefined ? changedAt : timeOf(condition['lastUpdateTime']),
  };
}

function ours(written: Tree, phase: Phase, memory: Memory): Status {
  return {
    ...shared(written, phase),
    origin: 'ours',
    step: memory.step,
    mirrored: memory.mirrored,
    routesMark: memory.mark,
    place: memory.place,
    left: memory.left,
    park: memory.park,
    obeyed: memory.obeyed,
    outbox: present(memory.outbox).map(([, announcement]) => announcement),
    sequence: memory.sequence,
    changedAt: memory.changedAt,
    phaseSince: memory.phaseSince,
    plan: memory.plan,
    target: memory.target && { ...memory.target, configs: texts(written['trackedConfigs']) },
    standstills: memory.standstills,
    released: memory.released,
    autoscaler: memory.autoscaler,
    invalid: memory.invalid,
    held: memory.held,
    stalled: memory.stalled,
  };
}

export interface StatusContext {
  readonly canary: Canary;
  /** `object.status` as it stands; what is in it and no longer holds is deleted by the patch. */
  readonly previous: unknown;
  readonly now: Instant;
}

/** The `status` of a merge patch that makes the object say `status`. What others put there stays. */
export function writeStatus(status: Status, context: StatusContext): Record<string, unknown> {
  const previous = tree(context.previous);
  const wanted: Record<string, unknown> = {
    phase: status.phase,
    failedChecks: status.failedChecks,
    canaryWeight: status.canaryWeight,
    iterations: iterationsOf(status, context.canary),
    trackedConfigs: status.target?.configs ?? {},
    lastAppliedSpec: status.lastAppliedRevision,
    lastPromotedSpec: status.lastPromotedRevision,
    ...cookieFields(status.cookies, previous),
    lastTransitionTime: timestamp(context.now),
    conditions: mergeConditions(status, previous['conditions'], context),
    serin: memoryOf(status),
  };
  return {
    ...wanted,
    trackedConfigs: patchTo(wanted['trackedConfigs'], previous['trackedConfigs']),
    serin: patchTo(wanted['serin'], previous['serin']),
  };
}

/** What Flagger counts: how often a blue/green or A/B analysis has been looked at. */
function iterationsOf({ phase, step }: Status, { spec }: Canary): number {
  const running = phase === 'Progressing' || phase === 'WaitingPromotion' || phase === 'Promoting';
  return running && spec.strategy.kind !== 'canary' ? step + 1 : 0;
}

/** A merge patch keeps what it does not name, so what has gone is named with null. */
function patchTo(wanted: unknown, previous: unknown): unknown {
  if (!isTree(wanted)) return wanted;
  const before = tree(previous);
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (wanted[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(wanted)) {
    if (value !== undefined) patch[key] = patchTo(value, before[key]);
  }
  return patch;
}

interface WrittenCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastUpdateTime: string;
  readonly lastTransitionTime: string;
}

type Said = Omit<Condition, 'type'> & { readonly type: string };

/** Those a status implies; `Permitted` is none of them. */
const OUR_CONDITIONS = new Set<unknown>(['Promoted', 'Accepted', 'Stalled']);

/**
 * The `status` of a merge patch that changes nothing but one condition: sets it to False for this reason, or takes it
 * away. Undefined where things are so already. For what is not a matter of the rollout: a Canary too broken to be
 * followed at all, and what the controller may not do for one.
 */
export function conditionPatch(
  previous: unknown,
  type: 'Accepted' | 'Permitted',
  said: { readonly reason: string; readonly detail: string } | undefined,
  now: Instant,
): Record<string, unknown> | undefined {
  const before = list(tree(previous)['conditions']).map(tree);
  const others = before.filter((condition) => condition['type'] !== type);
  if (said === undefined) return others.length === before.length ? undefined : { conditions: others };
  const { reason, detail: message } = said;
  const condition = turned({ type, status: 'False', reason, message }, before, now);
  if (before.some((known) => known === condition)) return undefined;
  return { conditions: [...others, condition] };
}

function mergeConditions(
  status: Status,
  previous: unknown,
  { canary, now }: StatusContext,
): readonly unknown[] {
  const before = Array.isArray(previous) ? previous.map(tree) : [];
  const ours = conditionsOf(status, canary.target.kind).map((condition) => turned(condition, before, now));
  return [...ours, ...before.filter(({ type }) => !OUR_CONDITIONS.has(type))];
}

/** A condition that says what it said is left alone; one that only gives another reason has not turned. */
function turned(condition: Said, before: readonly Tree[], now: Instant): WrittenCondition | Tree {
  const last = before.find(({ type }) => type === condition.type);
  const same = last?.['status'] === condition.status;
  if (same && last['reason'] === condition.reason && last['message'] === condition.message) return last;
  const since = same ? (text(last['lastTransitionTime']) ?? '') : '';
  return { ...condition, lastUpdateTime: timestamp(now), lastTransitionTime: since || timestamp(now) };
}

/** As Kubernetes writes times: whole seconds. */
function timestamp(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function timeOf(written: unknown): Instant {
  const time = Date.parse(text(written) ?? '');
  return instant(Number.isNaN(time) ? 0 : time);
}

function count(written: unknown): number {
  return typeof written === 'number' && written > 0 && Number.isFinite(written) ? Math.floor(written) : 0;
}
