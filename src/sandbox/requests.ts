/** What was asked, counted: for tests and benchmarks that promise how little a controller asks. */

export type Verb =
  'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'deletecollection';

/** What a request is about. */
export interface RequestFacts {
  readonly verb: Verb;
  /** The kind's key with its subresource: `deployments.apps`, `canaries.flagger.app/status`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export interface RequestReport {
  /** By `verb resource`, `list pods`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  /** Watches open now, by resource. */
  readonly openWatches: Readonly<Record<string, number>>;
}

export class RequestLog {
  readonly #counts = new Map<string, number>();
  readonly #watches = new Map<string, number>();

  count({ verb, resource }: RequestFacts): void {
    add(this.#counts, `${verb} ${resource}`, 1);
  }

  /** A watch was opened; call what is returned when it ends. */
  watchOpened(resource: string): () => void {
    add(this.#watches, resource, 1);
    return () => {
      add(this.#watches, resource, -1);
    };
  }

  report(): RequestReport {
    const counts = Object.fromEntries(this.#counts);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { counts, total, openWatches: Object.fromEntries(this.#watches) };
  }

  reset(): void {
    this.#counts.clear();
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
