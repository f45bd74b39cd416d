/**
 * A controller's tools on the sandbox's own store, without a wire between: what it writes is there at once, under the
 * rules of an API server. Every write can be the last thing its process does.
 */
import { kindOf } from '../../src/api/kinds.ts';
import type { ApiError, KubeObject, ObjectRef, Written } from '../../src/api/objects.ts';
import { CanaryPorts } from '../../src/controller/canary-ports.ts';
import { Announcer } from '../../src/controller/announcer.ts';
import { ConfigShelf } from '../../src/controller/configs.ts';
import { noMemory } from '../../src/controller/memory.ts';
import type { ReconcileResult } from '../../src/controller/ports.ts';
import { reconcile } from '../../src/controller/reconcile.ts';
import { Slots } from '../../src/controller/slots.ts';
import type { Tools } from '../../src/controller/tools.ts';
import { parseCanary } from '../../src/api/canary.ts';
import { metricProvider } from '../../src/metrics/registry.ts';
import { startActors, virtualPods } from '../../src/sandbox/actors.ts';
import { BUILTIN_KINDS } from '../../src/sandbox/builtin-kinds.ts';
import { aKind, kindKey, Kinds, type Kind } from '../../src/sandbox/kinds.ts';
import { mergePatch } from '../../src/sandbox/patch.ts';
import { Refusal } from '../../src/sandbox/refusal.ts';
import { Store, type StoredObject } from '../../src/sandbox/store.ts';
import { millis } from '../../src/shared/brand.ts';
import { err, ok } from '../../src/shared/result.ts';
import { abilitiesOf, providerNames } from '../../src/traffic/registry.ts';
import { FakeTools } from '../unit/controller/tools.ts';
import { ISTIO_BY_DEFAULT } from './canary-object.ts';
import { settle } from './clock.ts';
import { objectsIn } from './canaries.ts';

/** The process is gone. What it has written stays, what it has remembered does not. */
class Died extends Error {}

/** Before or after which of its writes a process dies. */
export interface Death {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** Whether a Prometheus answers at all. */
const ALIVE = 'vector(1)';

const CONTEXT = { ...ISTIO_BY_DEFAULT, capabilities: abilitiesOf, knownProviders: providerNames };

const CUSTOM: readonly Kind[] = [
  ['flagger.app', 'v1beta1', 'Canary', 'canaries'],
  ['networking.istio.io', 'v1beta1', 'VirtualService', 'virtualservices'],
  ['networking.istio.io', 'v1beta1', 'DestinationRule', 'destinationrules'],
  ['serving.knative.dev', 'v1', 'Service', 'services'],
  ['serving.knative.dev', 'v1', 'Revision', 'revisions'],
].map(([group = '', version = '', kind = '', plural = '']) =>
  aKind({
    ...{ group, kind, plural, namespaced: true, versions: [{ name: version }], storage: version },
    ...{ hasStatus: true, hasGeneration: true, custom: true },
  }),
);

/** One Canary `podinfo.test`, its cluster, and the controllers that follow one another. */
export class Lab {
  readonly fake = new FakeTools();
  readonly clock = this.fake.clock;
  readonly store: Store;
  readonly #ended = new AbortController();
  readonly #death: Death | undefined;
  #uids = 0;
  #writes = 0;
  #memory = noMemory();
  #announcer = this.#newAnnouncer();

  constructor(death?: Death) {
    this.#death = death;
    const kinds = new Kinds([...BUILTIN_KINDS, ...CUSTOM]);
    this.store = new Store({ kinds, clock: this.clock, uid: () => `uid-${(this.#uids += 1)}` });
    const runtime = virtualPods({ readyAfter: millis(5_000), clock: this.clock });
    startActors({ store: this.store, clock: this.clock, runtime, signal: this.#ended.signal });
  }

  stop(): void {
    this.#ended.abort(new Error('the lab is closed'));
  }

  /** How many writes all its controllers have made. */
  get writes(): number {
    return this.#writes;
  }

  /** As somebody applies it: an object that is there keeps what the text does not speak of. */
  apply(text: string): void {
    for (const object of objectsIn(text)) {
      const key = keyOf(object);
      const found = this.store.get(key, object.metadata);
      if (found === undefined) this.store.create(key, object);
      else this.store.update(key, mergePatch(found, object) as KubeObject);
    }
  }

  get(key: string, name = 'podinfo'): StoredObject | undefined {
    return this.store.get(key, { namespace: 'test', name });
  }

  /** Passes whenever there is something to do, until it is so; time passes by the second while there is not. */
  async until(what: string, isSo: () => boolean, seconds = 1_800): Promise<void> {
    for (let left = seconds; !isSo(); left -= 1) {
      if (left === 0) throw new Error(`it has not come to be in ${seconds} seconds: ${what}`);
      await this.#passes();
      await this.clock.advance(1_000);
    }
  }

  /** One interval passes, with every pass that is due in it. */
  async tick(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.clock.advance(1_000);
      await this.#passes();
    }
  }

  async #passes(): Promise<void> {
    for (let pass = 0; pass < 20; pass += 1) {
      await settle();
      const result = await this.#pass();
      if (result?.kind !== 'moved') return;
    }
  }

  /** One pass; nothing of it is known where the process dies in it. */
  async #pass(): Promise<ReconcileResult | undefined> {
    const object = this.get('canaries.flagger.app');
    if (object === undefined) return undefined;
    const { canary, problem } = parseCanary(object, CONTEXT);
    if (canary === undefined) throw new Error('the Canary cannot be read');
    const { signal } = this.#ended;
    const ports = new CanaryPorts({
      ...{ tools: this.#tools(), key: 'test/podinfo', canary, problem, doubts: [], memory: this.#memory },
      ...{ announcer: this.#announcer, slots: new Slots(1), shelf: new ConfigShelf() },
      ...{ signal, lifetime: signal, onLook: () => undefined },
    });
    try {
      return await reconcile(ports);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#memory = noMemory();
      this.#announcer = this.#newAnnouncer();
      return undefined;
    }
  }

  #newAnnouncer(): Announcer {
    const messenger = { announce: async () => undefined, notice: async () => undefined };
    return new Announcer({ messenger, clock: this.clock, log: this.fake.log, onTold: () => undefined });
  }

  #tools(): Tools {
    const { store } = this;
    const found = (ref: ObjectRef): StoredObject | undefined =>
      store.get(keyOf(ref), { namespace: ref.namespace, name: ref.name });
    const write = async (work: () => StoredObject): Promise<Written> => {
      this.#writes += 1;
      const dies = this.#death?.write === this.#writes ? this.#death.when : undefined;
      if (dies === 'before') throw new Died();
      const written = attempt(work);
      if (dies === 'after') throw new Died();
      return written;
    };
    const { fake } = this;
    const tools: Tools = {
      metrics: { provider: (backend) => metricProvider(backend, tools) },
      ...{ clock: fake.clock, random: fake.random, log: fake.log, vitals: fake.vitals },
      ...{ settings: fake.settings, settledAt: fake.settledAt, events: fake.events },
      ...{ http: fake.http, identity: fake.identity, paths: fake.paths },
      prometheus: {
        query: async (at, query, call) => (query === ALIVE ? ok(1) : fake.prometheus.query(at, query, call)),
      },
      watched: { ...fake.watched, get: found },
      objects: {
        ...fake.objects,
        read: async (ref) => {
          const object = found(ref);
          return object === undefined
            ? err({ kind: 'not-found', detail: `${ref.name} not found` })
            : ok(object);
        },
        list: async (kind, { namespace, label, value }) =>
          ok(store.list(keyOf(kind), namespace).filter(({ metadata }) => metadata.labels?.[label] === value)),
        delete: async (ref, options) => {
          const gone = await write(() => store.delete(keyOf(ref), ref, options).object);
          return gone.ok ? ok() : gone;
        },
        create: (object) => write(() => store.create(keyOf(object), object)),
        replace: (object) => write(() => store.update(keyOf(object), object)),
        patch: (ref, patch, { subresource }) =>
          write(() => {
            const merged = mergePatch(found(ref), patch) as KubeObject;
            return store.update(keyOf(ref), merged, { part: subresource === 'status' ? 'status' : 'main' });
          }),
      },
    };
    return tools;
  }
}

function keyOf(of: Pick<ObjectRef, 'apiVersion' | 'kind'>): string {
  const kind = kindOf(of);
  if (kind === undefined) throw new Error(`${of.apiVersion} ${of.kind} is not known`);
  return kindKey(kind.apiVersion.includes('/') ? (kind.apiVersion.split('/')[0] ?? '') : '', kind.plural);
}

function attempt(work: () => StoredObject): Written {
  try {
    return ok(work());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return err({
      kind: error.code === 409 ? 'conflict' : 'invalid',
      detail: error.message,
    } satisfies ApiError);
  }
}
