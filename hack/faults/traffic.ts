/**
 * Whether traffic ever was led to a Service without ready pods. Routes and EndpointSlices are watched one beside the
 * other, so what is seen first need not have been first: resourceVersions tell, since one etcd counts them all.
 */
import type { KubeObject } from '../../src/api/objects.ts';
import type { Application } from '../../test/e2e/suite/application.ts';
import type { Cluster } from '../../test/e2e/suite/cluster.ts';
import { readyIn } from '../../test/e2e/suite/endpoints.ts';
import { textAt, valueAt } from '../../test/e2e/harness/look.ts';

/** Percent of the traffic by name of Service. */
export type Shares = Readonly<Record<string, number>>;

/** `generation` counts an object's contents: where two sights are more than one apart, others were missed. */
interface Seen {
  readonly version: number;
  readonly generation: number;
}

export type Sight =
  | (Seen & { readonly kind: 'route'; readonly shares: Shares })
  | (Seen & {
      readonly kind: 'slice';
      readonly name: string;
      readonly service: string;
      readonly ready: number;
    });

type SliceSight = Sight & { readonly kind: 'slice' };

/**
 * A sentence for each time that traffic had nowhere to go. Of the `initial` sights only the whole is judged: what was
 * there before each of them is not known. Nor is it while sights were missed, as by a watch after an outage.
 */
export function misled(initial: readonly Sight[], later: readonly Sight[]): readonly string[] {
  const all = new History([...initial, ...later]);
  const sentences: string[] = [];
  let before = '';
  const first = Math.max(0, ...initial.map(({ version }) => version));
  const versions = [...new Set(later.map(({ version }) => version))].filter((version) => version > first);
  for (const version of versions.toSorted((a, b) => a - b)) {
    const said = Object.entries(all.sharesAt(version))
      .filter(([service, share]) => share > 0 && all.readyAt(version, service) === 0)
      .map(([service, share]) => `${service} got ${share}% of the traffic without a ready pod`)
      .join(', ');
    if (said !== '' && said !== before) sentences.push(`${said} (resourceVersion ${version})`);
    before = said;
  }
  return sentences;
}

/** What was seen, by the order in which it was written. */
class History {
  readonly #routes: readonly (Sight & { readonly kind: 'route' })[];
  readonly #slices: ReadonlyMap<string, readonly SliceSight[]>;

  constructor(sights: readonly Sight[]) {
    const inOrder = sights.toSorted((a, b) => a.version - b.version);
    this.#routes = inOrder.filter((sight) => sight.kind === 'route');
    this.#slices = Map.groupBy(
      inOrder.filter((sight) => sight.kind === 'slice'),
      ({ name }) => name,
    );
  }

  /** Nothing where it is not known. */
  sharesAt(version: number): Shares {
    const found = lastBy(this.#routes, version);
    return found === 'unknown' ? {} : (found?.shares ?? {});
  }

  /** Undefined where it is not known. */
  readyAt(version: number, service: string): number | undefined {
    let ready = 0;
    for (const sights of this.#slices.values()) {
      const found = lastBy(sights, version);
      if (found === 'unknown' && sights[0]?.service === service) return undefined;
      if (found !== 'unknown' && found?.service === service) ready += found.ready;
    }
    return ready;
  }
}

/** The last sight up to a version; unknown where others were missed before the next one. */
function lastBy<One extends Seen>(sights: readonly One[], version: number): One | 'unknown' | undefined {
  const index = sights.findLastIndex((sight) => sight.version <= version);
  const [found, next] = [sights[index], sights[index + 1]];
  const missed = found !== undefined && next !== undefined && next.generation - found.generation > 1;
  return missed ? 'unknown' : found;
}

/** How a route object divides traffic; an apex Service gets all of it. Undefined for other objects. */
export function sharesIn(kind: string, object: KubeObject | undefined): Shares | undefined {
  if (kind === 'Service') return object && { [object.metadata.name]: 100 };
  if (kind === 'HTTPRoute')
    return divided(listAt(object, 'spec', 'rules').flatMap((rule) => listAt(rule, 'backendRefs')));
  if (kind === 'TraefikService') return divided(listAt(object, 'spec', 'weighted', 'services'));
  return undefined;
}

function divided(parts: readonly unknown[]): Shares {
  const weights = parts.map((part) => [textAt(part, 'name'), Number(valueAt(part, 'weight') ?? 1)] as const);
  const all = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return Object.fromEntries(weights.map(([name, weight]) => [name, all === 0 ? 0 : (100 * weight) / all]));
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** What divides traffic; the apex Service, where nothing does. */
export type RouteKind = 'HTTPRoute' | 'TraefikService' | 'Service';

/** Everything that was seen of one application, from now on. */
export class TrafficLog {
  readonly #cluster: Cluster;
  readonly #app: Pick<Application, 'namespace' | 'name'>;
  readonly #route: RouteKind;
  readonly #later: Sight[] = [];
  readonly #initial: Promise<readonly Sight[]>;
  readonly #stop: () => void;

  constructor(cluster: Cluster, app: Pick<Application, 'namespace' | 'name'>, route: RouteKind) {
    this.#cluster = cluster;
    this.#app = app;
    this.#route = route;
    this.#initial = this.#look();
    this.#stop = cluster.onChange((object, place, kind) => {
      if (place.namespace !== app.namespace || object === undefined) return;
      if (kind === 'EndpointSlice' || (kind === route && place.name === app.name))
        this.#later.push(...sightsOf(kind, object));
    });
  }

  /** Stops looking; resolves with what was wrong. */
  async close(): Promise<readonly string[]> {
    // A watch that was cut off may not have seen the last of it yet.
    this.#later.push(...(await this.#look()));
    this.#stop();
    return misled(await this.#initial, this.#later);
  }

  /** As the server has it now. */
  async #look(): Promise<readonly Sight[]> {
    const slices = await this.#cluster.readAll('EndpointSlice', this.#app.namespace);
    const route = await this.#cluster.read(this.#route, this.#app);
    return [
      ...(route === undefined ? [] : sightsOf(this.#route, route)),
      ...slices.flatMap((slice) => sightsOf('EndpointSlice', slice)),
    ];
  }
}

function sightsOf(kind: string, object: KubeObject): readonly Sight[] {
  const { resourceVersion, generation = 0 } = object.metadata;
  const seen = { version: Number(resourceVersion), generation };
  if (kind === 'EndpointSlice') {
    const service = textAt(object, 'metadata', 'labels', 'kubernetes.io/service-name');
    return [{ ...seen, kind: 'slice', name: object.metadata.name, service, ready: readyIn(object) }];
  }
  const shares = sharesIn(kind, object);
  return shares === undefined ? [] : [{ ...seen, kind: 'route', shares }];
}
