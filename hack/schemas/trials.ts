/** The three things that are tried, each on a real server and on the one in memory. */
import { kindOf } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { brokenVariants } from './broken.ts';
import { NAMESPACE } from './cluster.ts';
import { differenceBetween, inShort } from './compare.ts';
import { dryRun, type Place, type Validation, type Verdict } from './dry-run.ts';
import type { Published } from './published.ts';
import type { Rendered } from './rendered.ts';
import { json, type ApiServer, type Sent } from './server.ts';

export interface Servers {
  readonly real: ApiServer;
  readonly embedded: ApiServer;
}

export interface Outcome {
  readonly real: Verdict;
  readonly embedded: Verdict;
  /** In what the two differ. */
  readonly difference: string | undefined;
}

export interface RenderedOutcome extends Rendered, Outcome {}

export function tryRendered(
  servers: Servers,
  rendered: readonly Rendered[],
): Promise<readonly RenderedOutcome[]> {
  return oneByOne(rendered, async (one) => ({ ...one, ...(await tryObject(servers, one.object)) }));
}

export interface BrokenOutcome {
  /** Of which version and kind, `networking.istio.io/v1beta1 VirtualService`. */
  readonly kind: string;
  readonly fields: readonly string[];
  /** Fields at which the real server takes nonsense. */
  readonly taken: readonly string[];
  readonly differences: readonly string[];
}

/** Kubernetes' own kinds, of which the cluster in memory has no schema: it says so in its documentation. */
const WITHOUT_SCHEMA = new Set(['v1 Service', 'networking.k8s.io/v1 Ingress']);

/** Every field that is written anywhere, broken once. */
export async function tryBroken(
  servers: Servers,
  rendered: readonly Rendered[],
): Promise<readonly BrokenOutcome[]> {
  const byKind = new Map<string, Map<string, KubeObject>>();
  for (const { object } of rendered) {
    const kind = `${object.apiVersion} ${object.kind}`;
    const variants = byKind.get(kind) ?? new Map<string, KubeObject>();
    for (const broken of brokenVariants(object)) variants.set(broken.field, broken.object);
    byKind.set(kind, variants);
  }
  return oneByOne([...byKind], async ([kind, variants]) => {
    const outcomes = await oneByOne([...variants], async ([field, object]) => ({
      field,
      ...(await tryObject(servers, object)),
    }));
    return {
      kind,
      fields: outcomes.map(({ field }) => field),
      taken: outcomes.flatMap(({ field, real }) => (real.kind === 'accepted' ? [field] : [])),
      differences: outcomes.flatMap(({ field, difference }) =>
        difference === undefined || WITHOUT_SCHEMA.has(kind)
          ? []
          : [`${kind} with a broken ${field}: ${difference}`],
      ),
    };
  });
}

export interface PublishedOutcome extends Published, Outcome {
  readonly strictly: Outcome;
  /** In what anybody differs from the real server, or that from what is expected. */
  readonly complaints: readonly string[];
}

export function tryPublished(
  servers: Servers,
  published: readonly Published[],
): Promise<readonly PublishedOutcome[]> {
  return oneByOne(published, async (one) => {
    const sent = { text: one.text, type: 'application/yaml' };
    const outcome = await tryOn(servers, one.place, sent, 'Ignore');
    const strictly = await tryOn(servers, one.place, sent, 'Strict');
    return { ...one, ...outcome, strictly, complaints: complaintsAbout(one, outcome, strictly) };
  });
}

function complaintsAbout(
  { file, expected, checked }: Published,
  { real, difference }: Outcome,
  strictly: Outcome,
): readonly string[] {
  const verdict = real.kind === 'accepted' ? 'accepted' : 'rejected';
  return [
    ...(verdict === (expected ?? verdict) ? [] : [`expected ${expected}, real ${inShort(real)}`]),
    ...(verdict === checked ? [] : [`serin check says ${checked}, real ${inShort(real)}`]),
    ...(difference === undefined ? [] : [`embedded: ${difference}`]),
    ...(strictly.difference === undefined ? [] : [`embedded, strictly: ${strictly.difference}`]),
  ].map((complaint) => `${file}: ${complaint}`);
}

function tryObject(servers: Servers, object: KubeObject): Promise<Outcome> {
  const kind = kindOf(object);
  if (kind === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not among our kinds`);
  const { apiVersion, plural } = kind;
  return tryOn(servers, { apiVersion, plural, namespace: NAMESPACE }, json(object), 'Strict');
}

async function tryOn(servers: Servers, place: Place, sent: Sent, validation: Validation): Promise<Outcome> {
  const real = await dryRun(servers.real, place, sent, validation);
  const embedded = await dryRun(servers.embedded, place, sent, validation);
  return { real, embedded, difference: differenceBetween(real, embedded) };
}

async function oneByOne<From, To>(
  all: readonly From[],
  work: (one: From) => Promise<To>,
): Promise<readonly To[]> {
  const done: To[] = [];
  for (const one of all) done.push(await work(one));
  return done;
}
