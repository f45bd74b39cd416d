/**
 * Before the first pass: does the cluster know our kinds, with the fields the controller keeps its memory in? Where
 * it does not, ours are applied; where that is not allowed, nothing is acted on and it is said what to run.
 */
import { KINDS } from '../api/kinds.ts';
import type { ApiError, CallOptions, KubeObject, ObjectReader, ObjectWriter } from '../api/objects.ts';
import { millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { err, ok, type Result } from '../shared/result.ts';

const REMEDY = 'run: serin install --crds | kubectl apply --server-side -f -';
const ESTABLISHED_WITHIN = 30;
const LOOK_AGAIN = millis(1_000);

export interface DefinitionOptions {
  readonly objects: ObjectReader & ObjectWriter;
  readonly clock: Clock;
  readonly log: Logger;
  /** Our own definitions, as they are shipped. */
  readonly definitions: readonly KubeObject[];
  /** Whether ours may be applied. */
  readonly install: boolean;
}

/** ok once every kind of ours is served with our fields; otherwise a sentence that says what to do. */
export async function ensureDefinitions(
  options: DefinitionOptions,
  call: CallOptions,
): Promise<Result<undefined, string>> {
  for (const definition of options.definitions) {
    const known = await ensureDefinition(options, definition, call);
    if (!known.ok) return known;
  }
  return ok();
}

async function ensureDefinition(
  options: DefinitionOptions,
  definition: KubeObject,
  call: CallOptions,
): Promise<Result<undefined, string>> {
  const { objects, log, install } = options;
  const { name } = definition.metadata;
  const found = await objects.read(refOf(name), call);
  if (found.ok && knowsOurFields(definition, found.value)) return ok();
  if (!found.ok && found.error.kind === 'forbidden') {
    // Not allowed to look. A status that comes back without our fields is refused by every commit.
    log.warn({ definition: name }, 'the definition may not be read, so it is trusted');
    return ok();
  }
  if (!found.ok && found.error.kind !== 'not-found') return err(found.error.detail);
  const lack = found.ok ? 'does not know the fields Serin keeps its memory in' : 'does not exist';
  if (!install) return err(`definition ${name} ${lack}, and -install-crds is false; ${REMEDY}`);
  const applied = await objects.apply(definition, call);
  if (!applied.ok) return err(`definition ${name} ${lack}: ${sentence(applied.error)}; ${REMEDY}`);
  log.info({ definition: name }, 'definition applied');
  return established(options, name, call);
}

function sentence({ detail }: ApiError): string {
  return `applying ours failed: ${detail}`;
}

function refOf(name: string): { apiVersion: string; kind: string; name: string } {
  const { apiVersion, kind } = KINDS.CustomResourceDefinition;
  return { apiVersion, kind, name };
}

async function established(
  { objects, clock }: DefinitionOptions,
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
  const conditions = at(definition, 'status', 'conditions');
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (condition) => at(condition, 'type') === 'Established' && at(condition, 'status') === 'True',
  );
}

/** Every version we serve is served there, and its status has the member that holds our memory, where ours has. */
function knowsOurFields(ours: KubeObject, theirs: KubeObject): boolean {
  return versionsOf(ours).every((version) => {
    const counterpart = versionsOf(theirs).find((other) => at(other, 'name') === at(version, 'name'));
    if (counterpart === undefined) return at(version, 'served') !== true;
    return memoryIn(version) === undefined || memoryIn(counterpart) !== undefined;
  });
}

function versionsOf(definition: KubeObject): readonly unknown[] {
  const versions = at(definition, 'spec', 'versions');
  return Array.isArray(versions) ? versions : [];
}

function memoryIn(version: unknown): unknown {
  return at(version, 'schema', 'openAPIV3Schema', 'properties', 'status', 'properties', 'serin');
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (found === null || typeof found !== 'object') return undefined;
    found = new Map<string, unknown>(Object.entries(found)).get(name);
  }
  return found;
}
