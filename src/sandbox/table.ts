/** Objects as the tables `kubectl get` prints. */
import { isObject, listAt, numberAt, objectAt, textAt, textsAt, type JsonObject } from './json.ts';
import { findAll } from './json-path.ts';
import { versionOf, type Column, type Kind } from './kinds.ts';
import { selectorText } from './selectors.ts';
import type { StoredObject } from './store.ts';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  cell(object: StoredObject, now: number): unknown;
}

/** What of each object goes beside its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function toTable(
  kind: Kind,
  version: string,
  objects: readonly StoredObject[],
  options: { readonly metadata: JsonObject; readonly include: IncludeObject; readonly now: number },
): JsonObject {
  const fields = fieldsOf(kind, version);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: fields.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: fields.map((field) => field.cell(object, options.now)),
      ...beside(object, options.include),
    })),
  };
}

export function partialMetadata(object: StoredObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function beside(object: StoredObject, include: IncludeObject): JsonObject {
  switch (include) {
    case 'None':
      return {};
    case 'Metadata':
      return { object: partialMetadata(object) };
    case 'Object':
      return { object };
  }
}

function fieldsOf(kind: Kind, version: string): readonly Field[] {
  const name: Field = { ...field('Name', (object) => object.metadata.name), format: 'name' };
  if (!kind.custom) {
    const known = BUILTIN[kind.key] ?? [];
    const wide = known.filter(({ priority }) => priority > 0);
    return [name, ...known.filter(({ priority }) => priority === 0), AGE, ...wide];
  }
  const columns = versionOf(kind, version)?.columns;
  return columns === undefined ? [name, AGE] : [name, ...columns.map(customField)];
}

function customField({ name, type, format = '', description = '', priority = 0, jsonPath }: Column): Field {
  return {
    name,
    type: type === 'date' ? 'string' : type,
    format,
    description,
    priority,
    cell: (object, now) => customCell(findAll(jsonPath, object)[0], type, now),
  };
}

function customCell(value: unknown, type: string, now: number): unknown {
  if (type === 'date') return typeof value === 'string' ? age(value, now) : '<unknown>';
  if (value === undefined || value === null) return type === 'string' ? '' : null;
  if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
  return value;
}

/** As `kubectl` shortens a span: two units at most, and fewer the longer it is. */
export function age(since: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(since)) / 1_000);
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 8 ? withRest(days, 'd', hours % 24, 'h') : `${days}d`;
}

function withRest(whole: number, unit: string, rest: number, smaller: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${smaller}`;
}

function field(name: string, cell: Field['cell'], priority = 0, type = 'string'): Field {
  return { name, type, format: '', description: name, priority, cell };
}

const AGE = field('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now));
const count = (object: JsonObject, ...path: readonly string[]): number => numberAt(object, ...path) ?? 0;
const integer = (name: string, ...path: readonly string[]): Field =>
  field(name, (object) => count(object, ...path), 0, 'integer');

const BUILTIN: Readonly<Record<string, readonly Field[]>> = {
  namespaces: [field('Status', (object) => textAt(object, 'status', 'phase'))],
  pods: [
    field('Ready', readyContainers),
    field('Status', podStatus),
    field('Restarts', (object) =>
      String(
        listAt(object, 'status', 'containerStatuses').reduce<number>(
          (sum, item) => sum + (numberAt(item, 'restartCount') ?? 0),
          0,
        ),
      ),
    ),
  ],
  services: [
    field('Type', (object) => textAt(object, 'spec', 'type')),
    field('Cluster-IP', (object) => textAt(object, 'spec', 'clusterIP') || '<none>'),
    field('External-IP', (object) => textAt(object, 'spec', 'externalName') || '<none>'),
    field('Port(s)', ports),
    field('Selector', (object) => selectorText(objectAt(object, 'spec', 'selector')) || '<none>', 1),
  ],
  configmaps: [field('Data', dataCount, 0, 'integer')],
  secrets: [field('Type', (object) => textAt(object, 'type')), field('Data', dataCount, 0, 'integer')],
  events: [
    field('Type', (object) => textAt(object, 'type')),
    field('Reason', (object) => textAt(object, 'reason')),
    field('Object', involved),
    field('Message', (object) => textAt(object, 'message')),
  ],
  'deployments.apps': [
    field(
      'Ready',
      (object) => `${count(object, 'status', 'readyReplicas')}/${count(object, 'spec', 'replicas')}`,
    ),
    integer('Up-to-date', 'status', 'updatedReplicas'),
    integer('Available', 'status', 'availableReplicas'),
    field('Images', images, 1),
  ],
  'replicasets.apps': [
    integer('Desired', 'spec', 'replicas'),
    integer('Current', 'status', 'replicas'),
    integer('Ready', 'status', 'readyReplicas'),
    field('Images', images, 1),
  ],
  'daemonsets.apps': [
    integer('Desired', 'status', 'desiredNumberScheduled'),
    integer('Current', 'status', 'currentNumberScheduled'),
    integer('Ready', 'status', 'numberReady'),
    integer('Up-to-date', 'status', 'updatedNumberScheduled'),
    integer('Available', 'status', 'numberAvailable'),
  ],
  'horizontalpodautoscalers.autoscaling': [
    field('Reference', (object) => {
      const target = objectAt(object, 'spec', 'scaleTargetRef');
      return `${textAt(target, 'kind')}/${textAt(target, 'name')}`;
    }),
    integer('MinPods', 'spec', 'minReplicas'),
    integer('MaxPods', 'spec', 'maxReplicas'),
    integer('Replicas', 'status', 'currentReplicas'),
  ],
  'leases.coordination.k8s.io': [field('Holder', (object) => textAt(object, 'spec', 'holderIdentity'))],
};

function readyContainers(object: StoredObject): string {
  const statuses = listAt(object, 'status', 'containerStatuses');
  const ready = statuses.filter((status) => isObject(status) && status['ready'] === true).length;
  return `${ready}/${listAt(object, 'spec', 'containers').length}`;
}

function podStatus(object: StoredObject): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const waiting = listAt(object, 'status', 'containerStatuses').map((status) =>
    textAt(status, 'state', 'waiting', 'reason'),
  );
  return waiting.find((reason) => reason !== '') ?? textAt(object, 'status', 'phase');
}

function ports(object: StoredObject): string {
  const texts = listAt(object, 'spec', 'ports').map(
    (port) => `${numberAt(port, 'port') ?? 0}/${textAt(port, 'protocol')}`,
  );
  return texts.length > 0 ? texts.join(',') : '<none>';
}

function dataCount(object: StoredObject): number {
  return Object.keys(objectAt(object, 'data')).length + Object.keys(objectAt(object, 'binaryData')).length;
}

function involved(object: StoredObject): string {
  const { kind, name } = textsAt(object, 'involvedObject');
  return `${(kind ?? '').toLowerCase()}/${name ?? ''}`;
}

function images(object: StoredObject): string {
  return listAt(object, 'spec', 'template', 'spec', 'containers')
    .map((container) => textAt(container, 'image'))
    .join(',');
}
