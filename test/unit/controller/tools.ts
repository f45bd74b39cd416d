/** What the controller works with, in memory: objects by reference, HTTP answers by URL, events as written. */
import type { ApiError, KubeObject, ObjectRef } from '../../../src/api/objects.ts';
import { parseFlags } from '../../../src/controller/flags.ts';
import type { Settings } from '../../../src/controller/settings.ts';
import type { Tools } from '../../../src/controller/tools.ts';
import { Vitals } from '../../../src/controller/vitals.ts';
import type { MetricError, PrometheusPort } from '../../../src/metrics/provider.ts';
import { metricProvider } from '../../../src/metrics/registry.ts';
import { millis } from '../../../src/shared/brand.ts';
import type { HttpRequest } from '../../../src/shared/http.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { HandClock } from '../../support/clock.ts';

export class FakeTools implements Tools {
  readonly clock = new HandClock();
  readonly random = (): number => 0.5;
  readonly log = silentLogger;
  readonly vitals = new Vitals();
  readonly settings: Settings;

  /** By `<kind>/<namespace>/<name>`. */
  readonly store = new Map<string, KubeObject>();
  /** The status a URL is answered with; 200 where none is set. */
  readonly answers = new Map<string, number>();
  readonly requests: HttpRequest[] = [];
  readonly recorded: string[] = [];
  readonly reads: string[] = [];
  /** What any list finds. */
  slices: readonly KubeObject[] = [];
  /** What any path is answered with. */
  aggregated: Result<unknown, ApiError> = ok({ items: [{ value: '1' }] });
  readonly queries: string[] = [];
  value: Result<number, MetricError> = ok(1);
  /** How often recording an event fails before it works. */
  eventFailures = 0;

  constructor(...flags: readonly string[]) {
    const parsed = parseFlags(flags, {});
    if (!parsed.ok || parsed.value.kind !== 'run') throw new Error('these flags cannot be read');
    this.settings = parsed.value.settings;
  }

  readonly watched: Tools['watched'] = {
    get: (ref) => this.store.get(placeOf(ref)),
    list: () => [],
    watch: async () => ok(),
    caughtUp: async () => undefined,
    onChange: () => undefined,
  };

  readonly settledAt = (): undefined => undefined;

  readonly objects: Tools['objects'] = {
    read: async (ref) => {
      this.reads.push(placeOf(ref));
      const found = this.store.get(placeOf(ref));
      return found === undefined ? err({ kind: 'not-found', detail: `${ref.name} not found` }) : ok(found);
    },
    list: async (kind, { namespace, value }) => {
      this.reads.push(`${kind.kind}s of ${namespace}/${value}`);
      return ok(this.slices);
    },
    create: unused,
    replace: unused,
    patch: unused,
    apply: unused,
    delete: unused,
  };

  readonly events: Tools['events'] = {
    record: async ({ key, type, text }) => {
      if (this.eventFailures > 0) {
        this.eventFailures -= 1;
        return err({ kind: 'unavailable', detail: 'the API server restarts' });
      }
      this.recorded.push(`${type} ${text} (${key})`);
      return ok();
    },
    notice: async ({ type, text }) => {
      this.recorded.push(`${type} ${text}`);
      return ok();
    },
  };

  readonly http: Tools['http'] = async (request) => {
    this.requests.push(request);
    const status = this.answers.get(request.url) ?? 200;
    return ok({ status, body: status === 200 ? '' : 'not now', elapsed: millis(1) });
  };

  readonly prometheus: PrometheusPort = {
    query: async ({ address, auth }, query) => {
      this.queries.push(`${address} ${auth.kind} ${query}`);
      return this.value;
    },
  };

  readonly paths: Tools['paths'] = {
    get: async ({ path, query }) => {
      this.reads.push(`${path}?${new URLSearchParams(query).toString()}`);
      return this.aggregated;
    },
  };

  readonly identity: Tools['identity'] = {
    google: async () => err('nobody'),
    aws: async () => err('nobody'),
  };

  /** Every question is put, each time. */
  readonly metrics: Tools['metrics'] = { provider: (backend) => metricProvider(backend, this) };

  put(object: KubeObject): void {
    this.store.set(placeOf({ ...object, ...object.metadata }), object);
  }
}

function placeOf({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

function unused(): never {
  throw new Error('nothing is written here');
}
