/** From a method and a path to what is asked of which resource. */
import type { Resource } from './api.ts';
import { kindKey, versionOf, type Kinds } from './kinds.ts';
import { noSuchResource } from './refusal.ts';
import type { RequestFacts, Verb } from './requests.ts';

export interface Address {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  /** None for a collection. */
  readonly name: string | undefined;
}

/** Undefined for paths that name no resource, such as discovery; refuses resources that are not served. */
export function parseAddress(path: readonly string[], kinds: Kinds): Address | undefined {
  const [root, ...rest] = path;
  if (root === 'api' && rest.length > 1) return resolve('', rest[0] ?? '', rest.slice(1), kinds);
  if (root === 'apis' && rest.length > 2) return resolve(rest[0] ?? '', rest[1] ?? '', rest.slice(2), kinds);
  return undefined;
}

function resolve(group: string, version: string, rest: readonly string[], kinds: Kinds): Address {
  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '');
  const namespace = inNamespace ? rest[1] : undefined;
  const [plural = '', name, subresource = '', ...more] = inNamespace ? rest.slice(2) : rest;
  const kind = kinds.find(kindKey(group, plural));
  if (kind === undefined || versionOf(kind, version) === undefined || more.length > 0) throw noSuchResource();
  if (inNamespace && !kind.namespaced) throw noSuchResource();
  if (subresource === 'status' && !kind.hasStatus) throw noSuchResource();
  if (subresource === 'scale' && kind.scale === undefined) throw noSuchResource();
  if (subresource !== '' && subresource !== 'status' && subresource !== 'scale') throw noSuchResource();
  if (name !== undefined && kind.namespaced && namespace === undefined) throw noSuchResource();
  return { resource: { kind, version, subresource }, namespace, name };
}

/** What the request does; undefined if the method does not fit the address. */
export function verbOf(
  method: string,
  { name }: Address,
  query: URLSearchParams,
  contentType: string,
): Verb | undefined {
  const one = name !== undefined;
  switch (method) {
    case 'GET':
      if (isTrue(query.get('watch'))) return 'watch';
      return one ? 'get' : 'list';
    case 'POST':
      return one ? undefined : 'create';
    case 'PUT':
      return one ? 'update' : undefined;
    case 'PATCH':
      if (!one) return undefined;
      return contentType.startsWith('application/apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return one ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

export function factsOf(verb: Verb, { resource, namespace, name }: Address): RequestFacts {
  const part = resource.subresource === '' ? '' : `/${resource.subresource}`;
  return { verb, resource: resource.kind.key + part, namespace, name };
}
