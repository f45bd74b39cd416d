/**
 * A structural OpenAPI v3 schema, read once into a tree that is quick to walk. Understands what a
 * CustomResourceDefinition may say, except rules in CEL (`x-kubernetes-validations`), which are passed over.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

/** One level of a schema. Members that a level does not use are undefined, so that walkers test one thing. */
export interface Structural {
  /** The type as written; `int-or-string` for the extension; undefined where any type will do. */
  readonly type: string | undefined;
  readonly nullable: boolean;
  readonly fallback: unknown;
  readonly properties: ReadonlyMap<string, Structural>;
  /** Schema of values under unnamed keys; `true` where they may be anything. */
  readonly additional: Structural | true | undefined;
  readonly items: Structural | undefined;
  readonly preserveUnknown: boolean;
  readonly embedded: boolean;
  readonly required: readonly string[];
  readonly listType: string | undefined;
  readonly listKeys: readonly string[];
  readonly limits: Limits;
  readonly oneOf: readonly Structural[];
  readonly anyOf: readonly Structural[];
  readonly allOf: readonly Structural[];
  readonly not: Structural | undefined;
}

/** What a single value is held against, apart from its type. */
export interface Limits {
  readonly enum?: readonly unknown[];
  readonly pattern?: RegExp;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** Throws where `schema` is not a schema at all: a definition that is wrong is a bug of whoever wrote it. */
export function readSchema(schema: unknown): Structural {
  if (!isObject(schema)) throw new TypeError(`a schema is an object, found ${JSON.stringify(schema)}`);
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const additional = schema['additionalProperties'];
  return {
    type: isIntOrString ? 'int-or-string' : text(schema['type']),
    nullable: schema['nullable'] === true,
    fallback: schema['default'],
    properties: new Map(
      Object.entries(objectOf(schema['properties'])).map(([key, property]) => [key, readSchema(property)]),
    ),
    additional: additional === true ? true : optional(additional === false ? undefined : additional),
    items: optional(schema['items']),
    preserveUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    required: texts(schema['required']),
    listType: text(schema['x-kubernetes-list-type']),
    listKeys: texts(schema['x-kubernetes-list-map-keys']),
    limits: readLimits(schema),
    // The extension allows exactly two spellings of anyOf, which repeat what it says.
    anyOf: isIntOrString ? [] : schemas(schema['anyOf']),
    oneOf: schemas(schema['oneOf']),
    allOf: schemas(schema['allOf']),
    not: optional(schema['not']),
  };
}

const NUMERIC = [
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const satisfies readonly (keyof Limits)[];

function readLimits(schema: JsonObject): Limits {
  const numbers = NUMERIC.filter((key) => typeof schema[key] === 'number').map((key) => [key, schema[key]]);
  return {
    ...(Object.fromEntries(numbers) as Limits), // keys and types were just filtered
    ...(Array.isArray(schema['enum']) ? { enum: schema['enum'] } : {}),
    // Patterns are unanchored, and written for RE2, of which JavaScript takes all that definitions use.
    ...(typeof schema['pattern'] === 'string' ? { pattern: new RegExp(schema['pattern'], 'u') } : {}),
    ...(typeof schema['format'] === 'string' ? { format: schema['format'] } : {}),
    ...(schema['exclusiveMinimum'] === true ? { exclusiveMinimum: true } : {}),
    ...(schema['exclusiveMaximum'] === true ? { exclusiveMaximum: true } : {}),
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function optional(schema: unknown): Structural | undefined {
  return schema === undefined ? undefined : readSchema(schema);
}

function schemas(list: unknown): readonly Structural[] {
  return Array.isArray(list) ? list.map((schema) => readSchema(schema)) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
