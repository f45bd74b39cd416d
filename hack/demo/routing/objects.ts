/** What every reader of routes needs: the cluster's objects, read once each, and comparisons of texts. */
import { z } from 'zod';
import type { KubeObject } from '../../../src/api/objects.ts';

/** The objects of the cluster at this moment. */
export interface ClusterView {
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    namespace?: string,
  ): readonly KubeObject[];
}

export interface Inbound {
  /** Host with optional port, as in the request. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Backend {
  readonly service: string;
  readonly namespace: string;
  readonly weight: number;
  /** The Service's port, where the route names one. */
  readonly port?: number;
  /** Headers to add to answers from here. */
  readonly answer?: Readonly<Record<string, string>>;
  /** Under which name the router counts requests to here, where it does. */
  readonly counted?: string;
}

export interface Route {
  readonly key: string;
  readonly port: number | undefined;
  readonly backends: readonly Backend[];
  readonly mirror: { readonly backend: Backend; readonly percentage: number } | undefined;
}

/**
 * Reads the objects of one kind of router. `nowhere`: they are about this host and have no route for this request;
 * undefined: they are not about it.
 */
export type Reader = (inbound: Inbound, view: ClusterView, home: string) => Route | 'nowhere' | undefined;

export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** Name and namespace a host means; a bare name is looked for in `home`. Undefined for what is no service name. */
export function serviceOf(host: string, home: string): ServiceName | undefined {
  const [name = '', namespace = home, ...rest] = hostOf(host).split('.');
  const cluster = rest.join('.');
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !/^[a-z0-9-]+$/.test(namespace)) return undefined;
  return ['', 'svc', 'svc.cluster.local'].includes(cluster) ? { name, namespace } : undefined;
}

export function hostOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

export function portOf(host: string): number | undefined {
  const port = /:(\d+)$/.exec(host)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** A header as one text; undefined where it is missing. */
export function headerOf({ headers }: Inbound, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return value === undefined ? undefined : String(value);
}

/** Without the query. */
export function pathOf({ path }: Inbound): string {
  return path.replace(/\?.*$/, '');
}

/** Whether `prefix` is the path or some of its first elements. */
export function isBelow(path: string, prefix: string): boolean {
  const elements = prefix.replace(/\/$/, '');
  return path === elements || path.startsWith(`${elements}/`);
}

const memory = new WeakMap<z.ZodType, WeakMap<object, unknown>>();

/** The objects that fit a schema; each object is read once, since the cluster never changes one in place. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  objects: readonly KubeObject[],
): readonly z.output<Schema>[] {
  const known = memory.get(schema) ?? new WeakMap<object, unknown>();
  memory.set(schema, known);
  return objects.flatMap((object) => {
    if (!known.has(object)) known.set(object, schema.safeParse(object).data);
    const value = known.get(object) as z.output<Schema> | undefined; // What this schema made of it, two lines above.
    return value === undefined ? [] : [value];
  });
}

export const Named = z.object({ name: z.string(), namespace: z.string() });
