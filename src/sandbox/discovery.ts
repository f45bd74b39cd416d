/** What the server says it serves: groups, versions, resources, and schemas for `kubectl apply` and `explain`. */
import { isObject, objectAt, withValue, type JsonObject } from './json.ts';
import { apiVersionOf, versionOf, type Kind, type Kinds } from './kinds.ts';

export const VERSION: JsonObject = {
  major: '1',
  minor: '33',
  gitVersion: 'v1.33.0+sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2025-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
};

/** The answer to a discovery path such as `/apis/apps/v1`; undefined where nothing is served. */
export function discover(path: readonly string[], kinds: Kinds): JsonObject | undefined {
  const [root, group, version, ...rest] = path;
  if (root === 'version' && group === undefined) return VERSION;
  if (root === 'api') {
    if (group === undefined)
      return { kind: 'APIVersions', apiVersion: 'v1', versions: ['v1'], serverAddressByClientCIDRs: [] };
    return group === 'v1' && version === undefined ? resourceList('', 'v1', kinds) : undefined;
  }
  if (root === 'openapi')
    return group === 'v3'
      ? openApi(
          [version, ...rest].filter((part) => part !== undefined),
          kinds,
        )
      : undefined;
  if (root !== 'apis' || rest.length > 0) return undefined;
  if (group === undefined) return groupList(kinds);
  return version === undefined ? describeGroup(group, kinds) : resourceList(group, version, kinds);
}

function groupNames(kinds: Kinds): readonly string[] {
  return [...new Set(kinds.all().map(({ group }) => group))].filter((group) => group !== '');
}

function versionsOf(group: string, kinds: Kinds): readonly string[] {
  const served = kinds.all().filter((kind) => kind.group === group);
  return [...new Set(served.flatMap(({ versions }) => versions.map(({ name }) => name)))];
}

function groupList(kinds: Kinds): JsonObject {
  const groups = groupNames(kinds).map((group) => describeGroup(group, kinds));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

function describeGroup(group: string, kinds: Kinds): JsonObject | undefined {
  const versions = versionsOf(group, kinds).map((version) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  if (versions.length === 0) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', name: group, versions, preferredVersion: versions[0] };
}

function served(group: string, version: string, kinds: Kinds): readonly Kind[] {
  return kinds.all().filter((kind) => kind.group === group && versionOf(kind, version) !== undefined);
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function resourceList(group: string, version: string, kinds: Kinds): JsonObject | undefined {
  const found = served(group, version, kinds);
  if (found.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: found.flatMap(resources),
  };
}

function resources({
  plural,
  singular,
  namespaced,
  kind,
  shortNames,
  categories,
  hasStatus,
  scale,
}: Kind): readonly JsonObject[] {
  const base = { namespaced, kind };
  const part = (name: string): JsonObject => ({
    name: `${plural}/${name}`,
    singularName: '',
    ...base,
    verbs: ['get', 'patch', 'update'],
  });
  const scaled = { ...part('scale'), group: 'autoscaling', version: 'v1', kind: 'Scale' };
  return [
    {
      name: plural,
      singularName: singular,
      ...base,
      verbs: VERBS,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    },
    ...(hasStatus ? [part('status')] : []),
    ...(scale === undefined ? [] : [scaled]),
  ];
}

function openApi(path: readonly string[], kinds: Kinds): JsonObject | undefined {
  if (path.length === 0) return { paths: Object.fromEntries(documents(kinds)) };
  const [root, group = '', version = ''] = path;
  const found = root === 'api' ? served('', group, kinds) : served(group, version, kinds);
  if (found.length === 0) return undefined;
  const name = root === 'api' ? group : version;
  return {
    openapi: '3.0.0',
    info: { title: 'sandbox', version: 'v1' },
    paths: Object.fromEntries(found.flatMap((kind) => operations(kind, name))),
    components: {
      schemas: Object.fromEntries(found.map((kind) => [schemaName(kind, name), schemaOf(kind, name)])),
    },
  };
}

function documents(kinds: Kinds): readonly (readonly [string, JsonObject])[] {
  const entry = (path: string): readonly [string, JsonObject] => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}` },
  ];
  const groups = groupNames(kinds).flatMap((group) =>
    versionsOf(group, kinds).map((version) => entry(`apis/${group}/${version}`)),
  );
  return [entry('api/v1'), ...groups];
}

function operations(kind: Kind, version: string): readonly (readonly [string, JsonObject])[] {
  const root = kind.group === '' ? `/api/${version}` : `/apis/${kind.group}/${version}`;
  const collection = kind.namespaced
    ? `${root}/namespaces/{namespace}/${kind.plural}`
    : `${root}/${kind.plural}`;
  const identity = { 'x-kubernetes-group-version-kind': gvk(kind, version) };
  const body = {
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${schemaName(kind, version)}` } },
    },
  };
  const query = (name: string): JsonObject => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  });
  // kubectl asks the server to validate only where it finds this parameter.
  const write = {
    ...identity,
    parameters: [query('dryRun'), query('fieldValidation')],
    requestBody: body,
    responses: {},
  };
  const read = { ...identity, responses: { 200: { description: 'OK', ...body } } };
  return [
    [collection, { get: read, post: write }],
    [`${collection}/{name}`, { get: read, put: write, patch: write }],
  ];
}

function gvk({ group, kind }: Kind, version: string): JsonObject {
  return { group, version, kind };
}

function schemaName({ group, kind }: Kind, version: string): string {
  const domain = group === '' ? 'core' : group;
  return [...domain.split('.').toReversed(), version, kind].join('.');
}

const IDENTITY: JsonObject = {
  apiVersion: { type: 'string', description: 'The version of the schema this object is written in.' },
  kind: { type: 'string', description: 'What the object is.' },
  metadata: { type: 'object', description: 'Name, namespace, labels and annotations.' },
};

function schemaOf(kind: Kind, version: string): JsonObject {
  const declared = versionOf(kind, version)?.openApi ?? {};
  const schema = readable(declared);
  const properties = { ...IDENTITY, ...objectAt(schema, 'properties') };
  return withValue(
    { type: 'object', ...schema, properties },
    ['x-kubernetes-group-version-kind'],
    [gvk(kind, version)],
  );
}

/** `kubectl explain` refuses nodes without a type, which schemas for "anything" lack. */
function readable(schema: JsonObject): JsonObject {
  const members = Object.entries(schema).map(([key, value]) => {
    if (key === 'properties' && isObject(value)) return [key, mapped(value)] as const;
    if ((key === 'items' || key === 'additionalProperties') && isObject(value))
      return [key, readable(value)] as const;
    return [key, value] as const;
  });
  return { ...(schema['type'] === undefined ? { type: 'object' } : {}), ...Object.fromEntries(members) };
}

function mapped(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, isObject(schema) ? readable(schema) : schema]),
  );
}
