/** Carries out one action: from the objects of the last look, under their versions, and nothing if nothing differs. */
import { KINDS } from '../api/kinds.ts';
import type { ApiError, KubeObject, ObjectReader, ObjectWriter } from '../api/objects.ts';
import type { Action } from '../core/model.ts';
import { scalingDownFailed } from '../core/wording.ts';
import { after, millis, unreachable } from '../shared/brand.ts';
import { err, ok, type Result } from '../shared/result.ts';
import {
  formerAutoscaler,
  pauseAutoscaler,
  renderAutoscaler,
  resumeFormer,
  type ScalerPatch,
} from '../targets/autoscalers.ts';
import { isOfAnotherType } from '../targets/copies.ts';
import type { TargetKind } from '../targets/target.ts';
import { findObject } from '../targets/tracked-config.ts';
import { isServed, openedBy, SERVICE_LABEL } from '../traffic/endpoints.ts';
import { renderLeft } from '../traffic/places.ts';
import {
  observeRoutes,
  releaseTraffic,
  remainsOf,
  renderBeforePods,
  renderRoutes,
  renderServices,
  type RoutesInput,
} from '../traffic/routes.ts';
import { withContents } from './configs.ts';
import { namesOf } from './names.ts';
import { FINALIZER, type View } from './observe.ts';
import type { Tools } from './tools.ts';

type Done = Result<undefined, ApiError>;
type Write = (object: KubeObject) => Promise<Result<unknown, ApiError>>;

export async function perform(
  { objects, clock }: Pick<Tools, 'objects' | 'clock'>,
  view: View,
  action: Action,
  signal: AbortSignal,
): Promise<Done> {
  const put: Write = (object) => putObject(objects, object, signal);
  switch (action.kind) {
    case 'write-services':
      return withRouting(view, (input) => inOrder(renderServices(input), put));
    case 'set-routes':
      return withRouting(view, async (input) => {
        const at = { ...input, canary: view.canary, now: clock.now() };
        return (await heldBack(objects, at, action, signal)) ?? setRoutes(at, action, put);
      });
    case 'leave-routes':
      return leaveRoutes(view, action, put);
    case 'write-primary':
      return withKind(view, async (kind) => {
        const missing = missingBefore(kind, view);
        return missing.length > 0
          ? untilSeen(await inOrder(missing, put))
          : writePrimary(objects, kind, view, action, signal);
      });
    case 'keep-snapshot':
      return withKind(view, (kind) => keepSnapshot(objects, kind, view, action, signal));
    case 'write-autoscaler':
      return writeAutoscaler(view, put);
    case 'remove-autoscaler':
      return removeAutoscaler(objects, view, signal);
    case 'scale-target':
      return withKind(view, (kind) => scaleTarget(objects, kind, view, action.up, signal));
    case 'release-traffic':
      return withRouting(view, (input) => release([input, ...view.left], put, remove(objects, signal)));
    case 'set-finalizer':
      return setFinalizer(objects, view, action.present, signal);
    default:
      return unreachable(action);
  }
}

function withRouting({ routing }: View, work: (input: RoutesInput) => Promise<Done>): Promise<Done> | Done {
  return routing.ok ? work(routing.value) : err({ kind: 'invalid', detail: routing.error });
}

function withKind({ kind, canary }: View, work: (kind: TargetKind) => Promise<Done>): Promise<Done> | Done {
  if (kind !== undefined) return work(kind);
  return err({ kind: 'invalid', detail: `targets of kind ${canary.target.kind} are not known` });
}

/** One after the other; what comes later relies on what came before. */
async function inOrder(objects: readonly KubeObject[], write: Write): Promise<Done> {
  for (const object of objects) {
    const written = await write(object);
    if (!written.ok) return written;
  }
  return ok();
}

/**
 * All of them, whatever becomes of one: a Service that may not be written does not keep traffic on a bad canary. Of
 * several failures the one that somebody has to do something about.
 */
async function eachOnItsOwn(objects: readonly KubeObject[], write: Write): Promise<Done> {
  const failures: ApiError[] = [];
  for (const object of objects) {
    const written = await write(object);
    if (!written.ok) failures.push(written.error);
  }
  const failure = failures.find((one) => !settlesItself(one)) ?? failures[0];
  return failure === undefined ? ok() : err(failure);
}

function settlesItself({ kind }: ApiError): boolean {
  return kind === 'conflict' || kind === 'already-exists';
}

/** What is to be deleted only once nothing else is to be written: until then it may carry requests. */
async function release(inputs: readonly RoutesInput[], put: Write, remove: Write): Promise<Done> {
  const written = await eachOnItsOwn(
    inputs.flatMap((one) => releaseTraffic(one)),
    put,
  );
  if (!written.ok) return written;
  return eachOnItsOwn(
    inputs.flatMap((one) => remainsOf(one)),
    remove,
  );
}

/** The very object of the look; one that is gone already is as good. */
function remove(writer: ObjectWriter, signal: AbortSignal): Write {
  return async (object) => {
    const deleted = await writer.delete(refOf(object), { signal, ...versionOf(object) });
    return deleted.ok || deleted.error.kind !== 'not-found' ? deleted : ok();
  };
}

/** Objects that others write too: replaced at the version they were rendered from, or created. */
function putObject(
  writer: ObjectWriter,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Result<unknown, ApiError>> {
  const exists = object.metadata.resourceVersion !== undefined;
  return exists ? writer.replace(object, { signal }) : writer.create(object, { signal });
}

/** A router takes up in less than this what it takes up at all, and so does whoever writes endpoints. */
const TAKE_UP = millis(5_000);

/** Routes to a Service that nobody serves yet are not written; that is worth knowing where it lasts. */
async function heldBack(
  reader: ObjectReader,
  input: RoutesInput,
  { routes }: Action & { readonly kind: 'set-routes' },
  signal: AbortSignal,
): Promise<Done | undefined> {
  const fresh = input.now < after(input.canary.status.changedAt, TAKE_UP);
  for (const { name } of openedBy(input, routes)) {
    const where = { namespace: input.canary.namespace, label: SERVICE_LABEL, value: name };
    const slices = await reader.list(KINDS.EndpointSlice, where, { signal });
    // Whoever may not look, or cannot, takes the workload's word for it.
    if (!slices.ok || isServed(slices.value)) continue;
    const detail = `Service ${name} has no ready endpoints, so it is given no traffic`;
    return fresh ? ok() : err({ kind: 'unavailable', detail });
  }
  return undefined;
}

/** Routes that are written and not yet in force are nothing to write again; what keeps them for long is worth knowing. */
async function setRoutes(
  input: RoutesInput,
  { kind: _, ...meant }: Action & { readonly kind: 'set-routes' },
  put: Write,
): Promise<Done> {
  const objects = renderRoutes({ ...input, ...meant });
  if (objects.length > 0) return eachOnItsOwn(objects, put);
  const { pending, routes: found } = observeRoutes(input);
  const fresh = found !== undefined && input.now < after(found.since, TAKE_UP);
  return pending === undefined || fresh ? ok() : err({ kind: 'unavailable', detail: pending });
}

async function leaveRoutes(
  { left }: View,
  { place, routes, mark }: Action & { readonly kind: 'leave-routes' },
  put: Write,
): Promise<Done> {
  const input = left.find((one) => one.place === place);
  return input === undefined ? ok() : eachOnItsOwn(renderLeft({ ...input, routes, mark }), put);
}

/**
 * Pods of a new primary are made once what they cannot be without has been seen, not just written. It is written here
 * as well as with the Services, since those wait for the primary where they carry traffic already.
 */
function missingBefore(kind: TargetKind, { routing, look }: View): readonly KubeObject[] {
  return routing.ok && kind.observePrimary(look) === undefined ? renderBeforePods(routing.value) : [];
}

/** Written by this very pass already, or by another since the look: the next look shows what it is by now. */
function untilSeen(written: Done): Done {
  return written.ok || !settlesItself(written.error) ? written : ok();
}

/** Copies what the look has seen, contents included, and only while it is the revision that is meant. */
async function writePrimary(
  cluster: ObjectReader & ObjectWriter,
  kind: TargetKind,
  view: View,
  { from, revision }: Action & { readonly kind: 'write-primary' },
  signal: AbortSignal,
): Promise<Done> {
  const objects = await withContents(cluster, view.look.objects, signal);
  if (!objects.ok) return objects;
  const put: Write = (object) => {
    const found = findObject(objects.value, refOf(object));
    const recast = found !== undefined && isOfAnotherType(object, found);
    return recast ? recreate(cluster, object, signal) : putObject(cluster, object, signal);
  };
  const look = { ...view.look, objects: objects.value };
  if (from === 'snapshot') {
    const restored = kind.restorePrimary(look, revision);
    return restored === undefined
      ? err({ kind: 'conflict', detail: `the snapshot does not hold revision ${revision}` })
      : inOrder(restored, put);
  }
  if (kind.observeTarget(look)?.revision !== revision) {
    return err({ kind: 'conflict', detail: `the target does not carry revision ${revision} any more` });
  }
  return inOrder(kind.clonePrimary(look, revision), put);
}

/** The data of a ControllerRevision may not be changed, so another takes its place. */
async function keepSnapshot(
  writer: ObjectWriter,
  kind: TargetKind,
  { look }: View,
  { revision }: Action & { readonly kind: 'keep-snapshot' },
  signal: AbortSignal,
): Promise<Done> {
  const object = kind.snapshot(look, revision);
  if (object === undefined) return err({ kind: 'conflict', detail: 'the primary is gone' });
  const { resourceVersion, name } = object.metadata;
  const created = await recreate(writer, object, signal);
  if (created.ok) return ok();
  // Ours carry a label and are seen; what is in the way is somebody else's, and waiting does not move it.
  const foreign = resourceVersion === undefined && created.error.kind === 'already-exists';
  const detail = `ControllerRevision ${name} exists and is not a snapshot of ours; delete or rename it`;
  return foreign ? err({ kind: 'invalid', detail }) : created;
}

/** For what cannot be changed: what stands there goes, as it was seen, and this takes its place. */
async function recreate(
  writer: ObjectWriter,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Result<unknown, ApiError>> {
  const { uid: _, resourceVersion, ...metadata } = object.metadata;
  if (resourceVersion !== undefined) {
    const removed = await remove(writer, signal)(object);
    if (!removed.ok) return removed;
  }
  return writer.create({ ...object, metadata }, { signal });
}

function writeAutoscaler({ look }: View, put: Write): Promise<Done> | Done {
  const meant = renderAutoscaler(look);
  if (!meant.ok) return err({ kind: 'invalid', detail: meant.error });
  return inOrder(meant.value === undefined ? [] : [meant.value], put);
}

async function removeAutoscaler(writer: ObjectWriter, { look }: View, signal: AbortSignal): Promise<Done> {
  const resumed = await patchScaler(writer, resumeFormer(look), signal);
  const former = formerAutoscaler(look);
  if (!resumed.ok || former === undefined) return resumed;
  const removed = await remove(writer, signal)(former);
  return removed.ok ? ok() : removed;
}

/** What keeps the target from being scaled to nothing is told in the words people know. */
async function scaleTarget(
  writer: ObjectWriter,
  kind: TargetKind,
  view: View,
  up: boolean,
  signal: AbortSignal,
): Promise<Done> {
  const done = await patchTarget(writer, kind, view, up, signal);
  if (done.ok || up) return done;
  return err({ ...done.error, detail: scalingDownFailed(namesOf(view.canary), done.error.detail) });
}

async function patchTarget(
  writer: ObjectWriter,
  kind: TargetKind,
  { look, canary }: View,
  up: boolean,
  signal: AbortSignal,
): Promise<Done> {
  // Who might undo it is told first.
  const told = await patchScaler(writer, pauseAutoscaler(look, !up), signal);
  const patch = kind.scaleTarget(look, up);
  if (!told.ok || patch === undefined) return told;
  // By the version it was read in: what the Canary says may be one that is served no longer.
  const [target = canary.target] = kind.refs(canary);
  const written = await writer.patch({ ...target, namespace: canary.namespace }, patch, { signal });
  return written.ok ? ok() : written;
}

async function patchScaler(
  writer: ObjectWriter,
  meant: ScalerPatch | undefined,
  signal: AbortSignal,
): Promise<Done> {
  if (meant === undefined) return ok();
  const written = await writer.patch(meant.ref, meant.patch, { signal });
  return written.ok || written.error.kind === 'not-found' ? ok() : written;
}

async function setFinalizer(
  writer: ObjectWriter,
  { canary }: View,
  present: boolean,
  signal: AbortSignal,
): Promise<Done> {
  const { resourceVersion, finalizers = [] } = canary.object.metadata;
  const others = finalizers.filter((name) => name !== FINALIZER);
  const patch = { metadata: { resourceVersion, finalizers: present ? [...others, FINALIZER] : others } };
  const written = await writer.patch(refOf(canary.object), patch, { signal });
  return written.ok || written.error.kind === 'not-found' ? ok() : written;
}

function refOf({ apiVersion, kind, metadata }: KubeObject): {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
} {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** What an object must still be to be deleted. */
function versionOf({ metadata: { uid, resourceVersion } }: KubeObject): {
  uid?: string;
  resourceVersion?: string;
} {
  return {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}
