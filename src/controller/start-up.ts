/**
 * Before the first pass: is the cluster one we can work on? It has to be new enough, and to know our kinds, with the
 * fields the controller keeps its memory in. Where it does not know them ours are applied; where that is not allowed
 * nothing is acted on, it is said what to run, and the controller goes on by itself once that was done.
 */
import { KINDS } from '../api/kinds.ts';
import type { ApiError, CallOptions, KubeObject, ObjectReader, ObjectWriter } from '../api/objects.ts';
import { at, list } from '../api/tree.ts';
import { millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { lackOf, versionsOf, type Lack } from './definitions.ts';

const REMEDY = 'run: serin install --crds | kubectl apply --server-side -f -';
const OLDEST = { major: 1, minor: 27 } as const;
const ESTABLISHED_WITHIN = 30;
const LOOK_AGAIN = millis(1_000);
/** While somebody is expected to do something. */
const WAIT = millis(5_000);

/** What a server says about itself, to everybody. */
export interface ServerFacts {
  version(
    options: CallOptions,
  ): Promise<
    Result<{ readonly major: number; readonly minor: number; readonly gitVersion: string }, ApiError>
  >;
  /** Undefined where the kind is not served. */
  schema(
    of: { readonly apiVersion: string; readonly kind: string },
    options: CallOptions,
  ): Promise<Result<unknown, ApiError>>;
}

export interface StartUpOptions {
  readonly objects: ObjectReader & ObjectWriter;
  readonly server: ServerFacts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Our own definitions, as they are shipped. */
  readonly definitions: readonly KubeObject[];
  /** Whether ours may be applied. */
  readonly install: boolean;
  /** Told why nothing is acted on, each time that changes. */
  readonly onWait: (why: string) => void;
}

/** Resolves once there is nothing in the way; with a sentence where waiting does not help. Rejects when stopped. */
export async function awaitCluster(
  options: StartUpOptions,
  call: CallOptions,
): Promise<Result<undefined, string>> {
  const { clock, log, onWait } = options;
  let said = '';
  for (;;) {
    const fit = await isFit(options, call);
    if (fit.ok || fit.error.kind === 'hopeless') return fit.ok ? ok() : err(fit.error.detail);
    const { detail } = fit.error;
    if (detail !== said) log.error({ detail }, 'nothing is acted on until this is mended');
    said = detail;
    onWait(detail);
    await clock.sleep(WAIT, call);
  }
}

type Obstacle = { readonly kind: 'hopeless' | 'waiting'; readonly detail: string };

async function isFit(options: StartUpOptions, call: CallOptions): Promise<Result<undefined, Obstacle>> {
  const recent = await isRecent(options, call);
  if (!recent.ok) return recent;
  for (const definition of options.definitions) {
    const known = await ensureDefinition(options, definition, call);
    if (!known.ok) return err({ kind: 'waiting', detail: known.error });
  }
  return ok();
}

async function isRecent(
  { server, log }: StartUpOptions,
  call: CallOptions,
): Promise<Result<undefined, Obstacle>> {
  const found = await server.version(call);
  if (!found.ok && found.error.kind === 'forbidden') {
    log.warn(
      { detail: found.error.detail },
      'the version of the API server may not be read, so it is trusted',
    );
    return ok();
  }
  if (!found.ok) return err({ kind: 'waiting', detail: found.error.detail });
  const { major, minor, gitVersion } = found.value;
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return ok();
  const detail = `the API server is ${gitVersion}, Serin needs Kubernetes ${OLDEST.major}.${OLDEST.minor} or later`;
  return err({ kind: 'hopeless', detail });
}

/** ok once the kind is served with our fields; otherwise a sentence that says what to do. */
async function ensureDefinition(
  options: StartUpOptions,
  definition: KubeObject,
  call: CallOptions,
): Promise<Result<undefined, string>> {
  const { objects, log, install } = options;
  const { name } = definition.metadata;
  const looked = await lookUp(options, definition, call);
  if (!looked.ok) return looked;
  const lack = looked.value;
  if (lack === undefined) return ok();
  if (!install) return unmended(log, name, lack, '-install-crds is false');
  const applied = await objects.apply(definition, call);
  if (!applied.ok) return unmended(log, name, lack, `applying ours failed: ${applied.error.detail}`);
  log.info({ definition: name }, 'definition applied');
  return established(options, name, call);
}

/** Without some newer fields one can work; without a memory, or the kind itself, one cannot. */
function unmended(log: Logger, name: string, lack: Lack, why: string): Result<undefined, string> {
  const sentence = `definition ${name} ${lackText(lack)}: ${why}; ${REMEDY}`;
  if (lack.kind !== 'field') return err(sentence);
  log.warn({ detail: sentence }, 'the definitions in the cluster are not those of this version');
  return ok();
}

function lackText(lack: Lack): string {
  switch (lack.kind) {
    case 'definition':
      return 'does not exist';
    case 'memory':
      return 'does not know the fields Serin keeps its memory in';
    case 'field':
      return `does not know ${lack.path}`;
  }
}

/** What the cluster's definition lacks: by the definition, or, where that may not be read, by the schemas served. */
async function lookUp(
  options: StartUpOptions,
  definition: KubeObject,
  call: CallOptions,
): Promise<Result<Lack | undefined, string>> {
  const { name } = definition.metadata;
  const found = await options.objects.read(refOf(name), call);
  if (!found.ok && found.error.kind === 'forbidden') return lookUpServed(options, definition, call);
  if (!found.ok && found.error.kind !== 'not-found') return err(found.error.detail);
  if (found.ok && !isEstablished(found.value)) return err(`definition ${name} is not served yet`);
  const theirs = found.ok ? versionsOf(found.value) : [];
  const lacks = versionsOf(definition).flatMap((version) => {
    const counterpart = theirs.find(({ apiVersion }) => apiVersion === version.apiVersion);
    return lackOf(version, counterpart?.schema) ?? [];
  });
  return ok(worst(lacks));
}

async function lookUpServed(
  { server, log }: StartUpOptions,
  definition: KubeObject,
  call: CallOptions,
): Promise<Result<Lack | undefined, string>> {
  const lacks: Lack[] = [];
  for (const version of versionsOf(definition)) {
    const served = await server.schema(version, call);
    if (!served.ok && served.error.kind !== 'forbidden') return err(served.error.detail);
    if (!served.ok) {
      // A status that comes back without our fields is refused by every commit.
      log.warn(
        { definition: definition.metadata.name },
        'neither definition nor schema may be read, so they are trusted',
      );
      return ok(undefined);
    }
    const lack = lackOf(version, served.value);
    if (lack !== undefined) lacks.push(lack);
  }
  return ok(worst(lacks));
}

function worst(lacks: readonly Lack[]): Lack | undefined {
  return lacks.find(({ kind }) => kind !== 'field') ?? lacks[0];
}

function refOf(name: string): { apiVersion: string; kind: string; name: string } {
  const { apiVersion, kind } = KINDS.CustomResourceDefinition;
  return { apiVersion, kind, name };
}

async function established(
  { objects, clock }: StartUpOptions,
  name: string,
  call: CallOptions,
): Promise<Result<undefined, string>> {
  for (let attempt = 0; attempt < ESTABLISHED_WITHIN; attempt += 1) {
    const found = await objects.read(refOf(name), call);
    if (found.ok && isEstablished(found.value)) return ok();
    await clock.sleep(LOOK_AGAIN, call);
  }
  return err(`definition ${name} was applied and is not served after ${ESTABLISHED_WITHIN}s`);
}

function isEstablished(definition: KubeObject): boolean {
  return list(at(definition, 'status', 'conditions')).some(
    (condition) => at(condition, 'type') === 'Established' && at(condition, 'status') === 'True',
  );
}
