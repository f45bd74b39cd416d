/** The `/scale` view of anything that has replicas. */
import { isObject, numberAt, textAt, valueAt, withValue, type JsonObject } from './json.ts';
import type { ScalePaths } from './kinds.ts';
import { selectorText } from './selectors.ts';
import type { StoredObject } from './store.ts';

export function toScale({ metadata, ...object }: StoredObject, paths: ScalePaths): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const selector = paths.selector === undefined ? undefined : valueAt(object, ...paths.selector.split('.'));
  const text = isObject(selector) ? selectorText(selector) : selector;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: numberAt(object, ...paths.spec.split('.')) ?? 0 },
    status: {
      replicas: numberAt(object, ...paths.status.split('.')) ?? 0,
      ...(typeof text === 'string' && text !== '' ? { selector: text } : {}),
    },
  };
}

/** The object with the scale's replicas; its version, if it names one, must still be the latest. */
export function withScale(object: StoredObject, scale: JsonObject, paths: ScalePaths): JsonObject {
  const version = textAt(scale, 'metadata', 'resourceVersion');
  const scaled = withValue(object, paths.spec.split('.'), numberAt(scale, 'spec', 'replicas') ?? 0);
  return version === '' ? scaled : withValue(scaled, ['metadata', 'resourceVersion'], version);
}
