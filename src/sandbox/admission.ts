/** What happens to an object between the wire and the store: checks of names, defaults, schemas, allocations. */
import { withDefaults } from './defaults.ts';
import { isObject, listAt, objectAt, sameJson, textAt, textsAt, without, type JsonObject } from './json.ts';
import { apiVersionOf, versionOf, type Kind } from './kinds.ts';
import { badRequest, forbidden, invalid, notFound, type Refusal } from './refusal.ts';
import { matchesSelector } from './selectors.ts';
import type { Store, StoredObject } from './store.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface Admitted {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** The object as it may be stored, or a refusal in Kubernetes' words. `live` is what it replaces. */
export function admit(
  kind: Kind,
  version: string,
  object: JsonObject,
  options: { readonly live: StoredObject | undefined; readonly fieldValidation: FieldValidation },
): Admitted {
  checkName(kind, object);
  const schema = versionOf(kind, version)?.schema;
  if (schema === undefined) {
    const filled = kind.custom ? object : withDefaults(kind.key, carriedOver(kind, object, options.live));
    checkBuiltin(kind, filled, options.live);
    return { object: filled, warnings: [] };
  }
  const { object: pruned, dropped } = schema.prune(object);
  if (dropped.length > 0 && options.fieldValidation === 'Strict') throw unknownFields(kind, object, dropped);
  const filled = schema.applyDefaults(pruned);
  const problems = schema.validate(filled);
  if (problems.length > 0) throw invalid(kind, textAt(object, 'metadata', 'name'), problems);
  const told = options.fieldValidation === 'Warn' ? dropped : [];
  const stored = version === kind.storage ? filled : (kind.kept?.prune(filled).object ?? filled);
  return { object: stored, warnings: told.map((path) => `unknown field "${path}"`) };
}

/** The object with the kind, version and namespace of the address it was sent to; refuses what contradicts it. */
export function addressed(
  kind: Kind,
  version: string,
  object: JsonObject,
  address: { readonly namespace?: string | undefined; readonly name?: string | undefined },
): JsonObject {
  const wanted = apiVersionOf(kind.group, version);
  const sent = textAt(object, 'apiVersion') || wanted;
  if (sent !== wanted || (textAt(object, 'kind') || kind.kind) !== kind.kind) {
    throw badRequest(
      `${textAt(object, 'kind')} in version "${sent}" cannot be handled as a ${kind.kind}: the API version in the data (${sent}) does not match the expected API version (${wanted})`,
    );
  }
  const metadata = objectAt(object, 'metadata');
  const namespace = textAt(metadata, 'namespace');
  if (kind.namespaced && namespace !== '' && namespace !== address.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const name = textAt(metadata, 'name');
  if (address.name !== undefined && name !== '' && name !== address.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${address.name})`);
  }
  const place = kind.namespaced ? { namespace: address.namespace } : {};
  const named = address.name === undefined ? {} : { name: address.name };
  const rest = kind.namespaced ? metadata : without(metadata, 'namespace');
  return { ...object, apiVersion: wanted, kind: kind.kind, metadata: { ...rest, ...named, ...place } };
}

/** New objects need a namespace that is there and stays. */
export function checkNamespace(store: Store, kind: Kind, namespace: string, name: string): void {
  const found = store.get('namespaces', { name: namespace });
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  throw forbidden(
    kind,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

function checkName(kind: Kind, object: JsonObject): void {
  const name = textAt(object, 'metadata', 'name');
  // Names in role-based access control may contain anything a path can.
  if (name === '' || kind.group === 'rbac.authorization.k8s.io') return;
  if (name.length <= 253 && NAME.test(name)) return;
  const message = `Invalid value: ${JSON.stringify(name)}: ${NAME_RULE} (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
  throw invalid(kind, name, [{ path: 'metadata.name', message }]);
}

function unknownFields(kind: Kind, object: JsonObject, dropped: readonly string[]): Refusal {
  const fields = dropped.map((path) => `strict decoding error: unknown field "${path}"`).join(', ');
  return badRequest(
    `${kind.kind} in version "${textAt(object, 'apiVersion')}" cannot be handled as a ${kind.kind}: ${fields}`,
  );
}

/** A Service that is replaced without its addresses keeps them. */
function carriedOver(kind: Kind, object: JsonObject, live: StoredObject | undefined): JsonObject {
  if (kind.key !== 'services' || textAt(object, 'spec', 'type') === 'ExternalName') return object;
  const spec = objectAt(object, 'spec');
  const ip = textAt(spec, 'clusterIP') || textAt(live, 'spec', 'clusterIP');
  return ip === '' ? object : { ...object, spec: { ...spec, clusterIP: ip, clusterIPs: [ip] } };
}

/** A Service with an address of its own: 10.96.0.0/16, by turns. */
export function withClusterIp(object: JsonObject, turn: number): JsonObject {
  const spec = objectAt(object, 'spec');
  if (textAt(spec, 'clusterIP') !== '' || textAt(spec, 'type') === 'ExternalName') return object;
  const ip = `10.96.${Math.floor(turn / 254) % 256}.${(turn % 254) + 1}`;
  return { ...object, spec: { ...spec, clusterIP: ip, clusterIPs: [ip] } };
}

const WITH_TEMPLATES = ['deployments.apps', 'daemonsets.apps', 'statefulsets.apps', 'replicasets.apps'];

function checkBuiltin(kind: Kind, object: JsonObject, live: StoredObject | undefined): void {
  const problems = WITH_TEMPLATES.includes(kind.key)
    ? workloadProblems(object, live)
    : kind.key === 'services'
      ? serviceProblems(object, live)
      : kind.key === 'secrets'
        ? secretProblems(object, live)
        : [];
  if (problems.length > 0) throw invalid(kind, textAt(object, 'metadata', 'name'), problems);
}

type Problems = readonly { readonly path: string; readonly message: string }[];

function workloadProblems(object: JsonObject, live: StoredObject | undefined): Problems {
  const selector = objectAt(object, 'spec', 'selector');
  if (Object.keys(selector).length === 0) return [{ path: 'spec.selector', message: 'Required value' }];
  if (live !== undefined && !sameJson(selector, objectAt(live, 'spec', 'selector'))) {
    const message = `Invalid value: ${JSON.stringify(selector)}: field is immutable`;
    return [{ path: 'spec.selector', message }];
  }
  const labels = textsAt(object, 'spec', 'template', 'metadata', 'labels');
  if (!matchesSelector(selector, labels)) {
    const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
    return [{ path: 'spec.template.metadata.labels', message }];
  }
  if (listAt(object, 'spec', 'template', 'spec', 'containers').length === 0) {
    return [{ path: 'spec.template.spec.containers', message: 'Required value' }];
  }
  return [];
}

function secretProblems(object: JsonObject, live: StoredObject | undefined): Problems {
  const type = typeOf(object);
  if (live === undefined || type === typeOf(live)) return [];
  return [{ path: 'type', message: `Invalid value: ${JSON.stringify(type)}: field is immutable` }];
}

function typeOf(secret: JsonObject): string {
  return textAt(secret, 'type') || 'Opaque';
}

function serviceProblems(object: JsonObject, live: StoredObject | undefined): Problems {
  const spec = objectAt(object, 'spec');
  const headless = textAt(spec, 'clusterIP') === 'None';
  const ports = listAt(spec, 'ports').filter(isObject);
  if (ports.length === 0 && !headless && textAt(spec, 'type') !== 'ExternalName') {
    return [{ path: 'spec.ports', message: 'Required value' }];
  }
  const before = textAt(live, 'spec', 'clusterIP');
  if (before !== '' && textAt(spec, 'clusterIP') !== '' && before !== textAt(spec, 'clusterIP')) {
    const message = `Invalid value: ${JSON.stringify([spec['clusterIP']])}: may not change once set`;
    return [{ path: 'spec.clusterIPs[0]', message }];
  }
  return [];
}
