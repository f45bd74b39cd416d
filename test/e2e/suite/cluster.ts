/**
 * A cluster as the people of the suite reach it: through its API server, with what a kubeconfig says and nothing
 * else. Whether that server is the one in memory or a real one makes no difference here.
 */
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import type { ApiError, CallOptions, KubeObject } from '../../../src/api/objects.ts';
import { createTransport, type ApiCall, type Transport } from '../../../src/adapters/kubernetes/transport.ts';
import { WatchSet } from '../../../src/adapters/kubernetes/watch-set.ts';
import { pathOf } from '../../../src/adapters/kubernetes/resources.ts';
import type { Result } from '../../../src/shared/result.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { Changes, type WaitOptions } from '../harness/changes.ts';
import { KINDS, kindNamed, type KindName, type Manifest } from './kinds.ts';

/** Watched from the start, so that every change of them is seen, also the short-lived. */
const WATCHED = ['Deployment', 'DaemonSet', 'EndpointSlice', 'Event'] as const satisfies readonly KindName[];
/** Far above what the suite asks for: a rate limit of the client would only hide a slow server. */
const PER_SECOND = 1_000;
const PATCHES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;
const FIELD_MANAGER = 'e2e';

export interface Place {
  readonly namespace?: string;
  readonly name: string;
}

export type Listener = (object: KubeObject | undefined, place: Place, kind: string) => void;

export class Cluster {
  readonly #transport: Transport;
  readonly #watches: WatchSet;
  readonly #changes = new Changes();
  readonly #listeners = new Set<Listener>();
  readonly #ended = new AbortController();

  private constructor(transport: Transport) {
    this.#transport = transport;
    this.#watches = new WatchSet({
      transport,
      clock: systemClock,
      random: Math.random,
      log: SILENT,
      kinds: WATCHED.map((name) => KINDS[name]),
      select: (kind) => kind,
    });
    this.#watches.onChange((ref, object) => {
      for (const listen of this.#listeners) listen(object, ref, ref.kind);
      this.#changes.happened();
    });
  }

  /** Throws where the file names no cluster or the server does not answer. */
  static async open(kubeconfig: string): Promise<Cluster> {
    const connection = connect({ kubeconfig });
    if (!connection.ok) throw new Error(connection.error);
    const transport = createTransport({
      connection: connection.value,
      clock: systemClock,
      perSecond: PER_SECOND,
      burst: PER_SECOND,
    });
    const cluster = new Cluster(transport);
    await cluster.version();
    cluster.#watches.start();
    await cluster.#watches.synced;
    return cluster;
  }

  async close(): Promise<void> {
    this.#ended.abort(new Error('the suite has ended'));
    await this.#watches.stop();
    await this.#transport.close();
  }

  /** Also watches a kind that a definition has brought. */
  async watch(name: KindName): Promise<void> {
    await this.#watches.watch(KINDS[name], this.#options);
  }

  async version(): Promise<string> {
    const answer = await this.raw({ verb: 'get', resource: 'version', path: '/version' });
    return String((answer as { gitVersion?: unknown }).gitVersion);
  }

  // ------------------------------------------------------------------------------------------------------- writing

  /** As `kubectl apply --server-side --force-conflicts`; throws the server's refusal. */
  async apply(...manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      const { kind, name } = kindNamed(manifest);
      const path = pathOf(kind, { namespace: manifest.metadata.namespace, name });
      await this.#write(name, {
        verb: 'apply',
        resource: kind.plural,
        path,
        body: manifest,
        contentType: 'application/apply-patch+yaml',
        query: { fieldManager: FIELD_MANAGER, force: 'true' },
      });
    }
  }

  /** As a person patches with `kubectl patch`. */
  async patch(
    name: KindName,
    place: Place,
    body: unknown,
    how: keyof typeof PATCHES = 'merge',
  ): Promise<void> {
    const kind = KINDS[name];
    await this.#write(place.name, {
      verb: 'patch',
      resource: kind.plural,
      path: pathOf(kind, place),
      body,
      contentType: PATCHES[how],
      query: { fieldManager: FIELD_MANAGER },
    });
  }

  /** What is not there is deleted already. */
  async remove(name: KindName, place: Place): Promise<void> {
    const kind = KINDS[name];
    const answer = await this.#call({ verb: 'delete', resource: kind.plural, path: pathOf(kind, place) });
    if (!answer.ok && answer.error.kind !== 'not-found') throw new Error(answer.error.detail);
  }

  // ------------------------------------------------------------------------------------------------------- looking

  /** As the server has it now; undefined where there is none. */
  async read(name: KindName, place: Place): Promise<KubeObject | undefined> {
    const kind = KINDS[name];
    const answer = await this.#call({ verb: 'get', resource: kind.plural, path: pathOf(kind, place) });
    if (answer.ok) return answer.value as KubeObject;
    if (answer.error.kind === 'not-found' || answer.error.kind === 'no-such-kind') return undefined;
    throw new Error(answer.error.detail);
  }

  /** As the server has them now. */
  async readAll(name: KindName, namespace?: string): Promise<readonly KubeObject[]> {
    const kind = KINDS[name];
    const path = pathOf(kind, { namespace });
    const list = await this.raw({ verb: 'list', resource: kind.plural, path });
    return (list as { items?: readonly KubeObject[] }).items ?? [];
  }

  /** From the watch; only of kinds that are watched. */
  see(name: KindName, place: Place): KubeObject | undefined {
    const { apiVersion, kind } = KINDS[name];
    return this.#watches.get({ apiVersion, kind, ...place });
  }

  seeAll(name: KindName, namespace: string): readonly KubeObject[] {
    return this.#watches.list(KINDS[name], namespace);
  }

  /** Told of every change of a watched object, in order; returns how to stop listening. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** See `Changes.eventually`. */
  eventually<Value>(
    what: string,
    condition: () => Value | undefined | false | Promise<Value | undefined | false>,
    options: WaitOptions = {},
    confess?: () => string,
  ): Promise<Value> {
    return this.#changes.eventually(what, condition, options, confess);
  }

  /** Any call; throws what the server says. */
  async raw(call: ApiCall): Promise<unknown> {
    const answer = await this.#call(call);
    if (answer.ok) return answer.value;
    throw new Error(answer.error.detail);
  }

  async #write(object: string, call: ApiCall): Promise<void> {
    await this.raw({ ...call, object });
  }

  async #call(call: ApiCall): Promise<Result<unknown, ApiError>> {
    const answer = await this.#transport.call(call, this.#options);
    return answer.ok ? answer : { ok: false, error: answer.error.error };
  }

  get #options(): CallOptions {
    return { signal: this.#ended.signal };
  }
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };
