/** From a CustomResourceDefinition to a kind that is served, and back to none when it is deleted. */
import { CRD_KEY } from './builtin-kinds.ts';
import { isObject, listAt, objectAt, textAt, type JsonObject } from './json.ts';
import { aKind, type Column, type Kind, type Kinds, type ScalePaths, type Version } from './kinds.ts';
import { timestamp, type Store, type StoredObject } from './store.ts';
import { compileSchema } from './validation.ts';

/** Serves kinds as their definitions come and go, and says so in the definitions. */
export function followDefinitions(store: Store, kinds: Kinds, now: () => number): () => void {
  return store.subscribe(CRD_KEY, ({ type, object }) => {
    const kind = kindOf(object);
    if (type === 'DELETED') {
      for (const instance of store.list(kind.key)) store.finish(kind.key, instance.metadata);
      kinds.remove(kind.key);
      return;
    }
    kinds.add(kind);
    establish(store, object.metadata.name, timestamp(now()));
  });
}

function establish(store: Store, name: string, time: string): void {
  const definition = store.get(CRD_KEY, { name });
  if (definition === undefined || listAt(definition, 'status', 'conditions').length > 0) return;
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    lastTransitionTime: time,
    reason,
    message,
  });
  const conditions = [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
  ];
  const acceptedNames = objectAt(definition, 'spec', 'names');
  const storedVersions = [kindOf(definition).storage];
  store.update(
    CRD_KEY,
    { ...definition, status: { conditions, acceptedNames, storedVersions } },
    { part: 'status' },
  );
}

function kindOf(definition: StoredObject): Kind {
  const names = objectAt(definition, 'spec', 'names');
  const versions = listAt(definition, 'spec', 'versions').filter(isObject);
  const stored = versions.find((version) => version['storage'] === true) ?? versions[0] ?? {};
  const served = versions
    .filter((version) => version['served'] === true)
    .toSorted((a, b) => newerFirst(textAt(a, 'name'), textAt(b, 'name')));
  const subresources = objectAt(stored, 'subresources');
  const scale = scaleOf(objectAt(subresources, 'scale'));
  const hasStatus = isObject(subresources['status']);
  const kept = compileSchema(objectAt(stored, 'schema', 'openAPIV3Schema'));
  const firstStatus = hasStatus ? kept.applyDefaults<JsonObject>({})['status'] : undefined;
  return aKind({
    group: textAt(definition, 'spec', 'group'),
    kind: textAt(names, 'kind'),
    plural: textAt(names, 'plural'),
    singular: textAt(names, 'singular') || textAt(names, 'kind').toLowerCase(),
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    shortNames: listAt(names, 'shortNames').map(String),
    categories: listAt(names, 'categories').map(String),
    versions: served.map(versionOf),
    storage: textAt(stored, 'name'),
    kept,
    hasStatus,
    ...(isObject(firstStatus) ? { firstStatus } : {}),
    hasGeneration: true,
    custom: true,
    fieldLabels: listAt(stored, 'selectableFields').map((field) =>
      textAt(field, 'jsonPath').replace(/^\./, ''),
    ),
    ...(scale === undefined ? {} : { scale }),
  });
}

function versionOf(version: JsonObject): Version {
  const openApi = objectAt(version, 'schema', 'openAPIV3Schema');
  const columns = listAt(version, 'additionalPrinterColumns').filter(isObject).map(columnOf);
  return {
    name: textAt(version, 'name'),
    openApi,
    schema: compileSchema(openApi),
    ...(columns.length > 0 ? { columns } : {}),
  };
}

function columnOf(column: JsonObject): Column {
  const priority = column['priority'];
  return {
    name: textAt(column, 'name'),
    type: textAt(column, 'type'),
    format: textAt(column, 'format'),
    description: textAt(column, 'description'),
    priority: typeof priority === 'number' ? priority : 0,
    jsonPath: textAt(column, 'jsonPath'),
  };
}

function scaleOf(scale: JsonObject): ScalePaths | undefined {
  const path = (field: string): string => textAt(scale, field).replace(/^\./, '');
  if (path('specReplicasPath') === '') return undefined;
  const selector = path('labelSelectorPath');
  return {
    spec: path('specReplicasPath'),
    status: path('statusReplicasPath'),
    ...(selector === '' ? {} : { selector }),
  };
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STABILITY: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };

/** Kubernetes' order of preference: stable before beta before alpha, then the higher numbers. */
function newerFirst(a: string, b: string): number {
  const rank = (name: string): readonly number[] => {
    const [, major = '0', stability = '', minor = '0'] = VERSION.exec(name) ?? [];
    return [STABILITY[stability] ?? 2, Number(major), Number(minor)];
  };
  const [left, right] = [rank(a), rank(b)];
  const index = left.findIndex((value, at) => value !== right[at]);
  return index < 0 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
}
