/**
 * The memory of a rollout in its object. Flagger's fields keep Flagger's meaning, since people, scripts and
 * health checks read them; what is ours alone stands in `status.serin`, compact and of no fixed form.
 */
import { conditionsOf, waitingCondition, type Condition } from '../core/conditions.ts';
import type { Grounds } from '../core/grounds.ts';
import { UNTOUCHED } from '../core/takeover.ts';
import type { Cookies, Phase, Spec, Status } from '../core/model.ts';
import { awaited } from '../core/waiting.ts';
import type { Names } from '../core/wording.ts';
import { instant, percent, revision, type Instant } from '../shared/brand.ts';
import { phaseSchema } from './announcement.ts';
import { writeGrounds } from './grounds.ts';
import { memoryOf, memorySchema, type Memory } from './memory.ts';
import type { Canary, Finding } from './model.ts';
import type { KubeObject } from './objects.ts';
import { salvage, show } from './salvage.ts';
import { present } from './schema-parts.ts';
import { at, defined, isTree, list, text, texts, tree, without, type Tree } from './tree.ts';
import { stamp, told, writeWait, type Wait } from './waiting.ts';

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
    late: memory.late,
    stalled: memory.stalled,
  };
}

export interface StatusContext {
  readonly canary: Canary;
  /** `object.status` as it stands; what is in it and no longer holds is deleted by the patch. */
  readonly previous: unknown;
  readonly now: Instant;
  /** Left out where the rollout does not notice the write: what it waits for and rests on stays. */
  readonly decided?: { readonly grounds: Grounds; readonly names: Names };
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
    lastTransitionTime: stamp(context.now),
    conditions: mergeConditions(status, previous['conditions'], context),
  };
  return {
    ...wanted,
    trackedConfigs: patchTo(wanted['trackedConfigs'], previous['trackedConfigs']),
    serin: memoryPatch(status, tree(previous['serin']), context),
  };
}

/** Our own memory; beside it what people ask for, which is left alone where there is nothing new to say of it. */
function memoryPatch(status: Status, previous: Tree, { canary: { spec }, decided }: StatusContext): unknown {
  const said: Tree =
    decided === undefined
      ? {}
      : {
          waitingFor: writeWait(told(awaited(status, spec), spec)),
          ...writeGrounds(decided.grounds, decided.names),
        };
  const stays = ['waitingFor', 'decision', 'evidence'].filter((key) => said[key] === undefined);
  return patchTo({ ...memoryOf(status), ...said }, without(previous, ...stays));
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
const OUR_CONDITIONS = new Set<unknown>(['Promoted', 'Accepted', 'Stalled', 'Waiting']);

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
  const condition = said && ({ type, status: 'False', reason: said.reason, message: said.detail } as const);
  const conditions = conditionsWith(before, type, condition, now);
  return conditions && { conditions };
}

/** Undefined where things are so already. */
function conditionsWith(
  before: readonly Tree[],
  type: Condition['type'] | 'Permitted',
  said: Said | undefined,
  now: Instant,
): readonly unknown[] | undefined {
  const others = before.filter((condition) => condition['type'] !== type);
  if (said === undefined) return others.length === before.length ? undefined : others;
  const condition = turned(said, before, now);
  return before.some((known) => known === condition) ? undefined : [...others, condition];
}

/**
 * The `status` of a merge patch that changes nothing but what is waited for, in `serin.waitingFor` and, where somebody
 * or something has to do its part, in the condition `Waiting`.
 */
export function waitPatch(previous: unknown, wait: Wait, now: Instant): Record<string, unknown> {
  const before = tree(previous);
  const known = list(before['conditions']).map(tree);
  const conditions = conditionsWith(known, 'Waiting', waitingCondition(wait), now);
  const waitingFor = patchTo(writeWait(wait), at(previous, 'serin', 'waitingFor'));
  return { serin: { waitingFor }, ...(conditions !== undefined && { conditions }) };
}

function mergeConditions(
  status: Status,
  previous: unknown,
  { canary, now, decided }: StatusContext,
): readonly unknown[] {
  const before = Array.isArray(previous) ? previous.map(tree) : [];
  const implied = conditionsOf(status, canary.target.kind);
  const stays = decided === undefined ? before.find(({ type }) => type === 'Waiting') : undefined;
  const waiting = decided === undefined ? undefined : waitingCondition(expected(status, canary.spec));
  const ours = [...implied, ...(waiting === undefined ? [] : [waiting])];
  return [
    ...ours.map((condition) => turned(condition, before, now)),
    ...(stays === undefined ? [] : [stays]),
    ...before.filter(({ type }) => !OUR_CONDITIONS.has(type)),
  ];
}

/** What follows from the status, told. That a workload has yet to come up is no more than to be expected. */
function expected(status: Status, spec: Spec): Wait | undefined {
  const wait = told(awaited(status, spec), spec);
  return wait.kind === 'workload' ? undefined : wait;
}

/** A condition that says what it said is left alone; one that only gives another reason has not turned. */
function turned(condition: Said, before: readonly Tree[], now: Instant): WrittenCondition | Tree {
  const last = before.find(({ type }) => type === condition.type);
  const same = last?.['status'] === condition.status;
  if (same && last['reason'] === condition.reason && last['message'] === condition.message) return last;
  const since = same ? (text(last['lastTransitionTime']) ?? '') : '';
  return { ...condition, lastUpdateTime: stamp(now), lastTransitionTime: since || stamp(now) };
}

function timeOf(written: unknown): Instant {
  const time = Date.parse(text(written) ?? '');
  return instant(Number.isNaN(time) ? 0 : time);
}

function count(written: unknown): number {
  return typeof written === 'number' && written > 0 && Number.isFinite(written) ? Math.floor(written) : 0;
}
