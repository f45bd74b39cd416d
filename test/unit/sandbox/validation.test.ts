import { describe, expect, it } from '@jest/globals';
import { compileSchema } from '../../../src/sandbox/validation.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The schema of a kind whose spec has these fields. */
function kindWith(properties: Fields, spec: Fields = {}): ReturnType<typeof compileSchema> {
  return compileSchema({
    type: 'object',
    properties: { metadata: { type: 'object' }, spec: { type: 'object', properties, ...spec } },
  });
}

function objectWith(spec: unknown, metadata: Fields = { name: 'podinfo' }): Fields {
  return { apiVersion: 'example.org/v1', kind: 'Example', metadata, spec };
}

/** What a server would say of a spec, as it says it. */
function verdict(properties: Fields, spec: unknown, rules: Fields = {}): readonly string[] {
  return kindWith(properties, rules)
    .validate(objectWith(spec))
    .map(({ path, message }) => `${path}: ${message}`);
}

describe('pruning', () => {
  it('drops fields the schema does not know and says which', () => {
    const schema = kindWith({
      metrics: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    });
    const { object, dropped } = schema.prune(
      objectWith({ metrics: [{ name: 'a', provider: 'b' }], alert: 1 }),
    );
    expect(object['spec']).toEqual({ metrics: [{ name: 'a' }] });
    expect(dropped).toEqual(['spec.metrics[0].provider', 'spec.alert']);
  });

  it('keeps apiVersion, kind and metadata though no schema names them', () => {
    const { object } = compileSchema({ type: 'object' }).prune(
      objectWith({ a: 1 }, { name: 'x', labels: { a: 'b' } }),
    );
    expect(object).toEqual({
      apiVersion: 'example.org/v1',
      kind: 'Example',
      metadata: { name: 'x', labels: { a: 'b' } },
    });
  });

  it('drops what is no metadata from metadata', () => {
    const { object, dropped } = kindWith({}).prune(
      objectWith({}, { name: 'x', nickname: 'y', creationTimestamp: null }),
    );
    expect(object['metadata']).toEqual({ name: 'x' });
    expect(dropped).toEqual(['metadata.nickname']);
  });

  it('keeps everything below a field that preserves unknown fields, except where it names them', () => {
    const free = {
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'object', properties: {} } },
    };
    const { object, dropped } = kindWith({ free }).prune(
      objectWith({ free: { any: { thing: 1 }, known: { not: 1 } } }),
    );
    expect(object['spec']).toEqual({ free: { any: { thing: 1 }, known: {} } });
    expect(dropped).toEqual(['spec.free.known.not']);
  });

  it('looks into the values of maps, and leaves maps of anything alone', () => {
    const inner = { type: 'object', properties: { exact: { type: 'string' } } };
    const schema = kindWith({
      headers: { type: 'object', additionalProperties: inner },
      anything: { type: 'object', additionalProperties: true },
    });
    const spec = { headers: { cookie: { exact: 'a', sufix: 'b' } }, anything: { a: { b: 1 } } };
    expect(schema.prune(objectWith(spec)).object['spec']).toEqual({
      headers: { cookie: { exact: 'a' } },
      anything: { a: { b: 1 } },
    });
  });

  it('keeps the metadata of an embedded object', () => {
    const template = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} };
    const embedded = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', foo: 1 }, spec: {} };
    const { object, dropped } = kindWith({ template }).prune(objectWith({ template: embedded }));
    expect(object['spec']).toEqual({ template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } } });
    expect(dropped).toEqual(['spec.template.metadata.foo', 'spec.template.spec']);
  });

  it('does not touch its argument and gives the same object when nothing is dropped', () => {
    const schema = kindWith({ a: { type: 'string' } });
    const clean = objectWith({ a: 'x' });
    expect(schema.prune(clean).object).toBe(clean);
    const dirty = Object.freeze(objectWith(Object.freeze({ b: 'x' })));
    expect(schema.prune(dirty).object['spec']).toEqual({});
    expect(dirty['spec']).toEqual({ b: 'x' });
  });

  it('is not fooled by a field called __proto__', () => {
    const match = { type: 'object', properties: { exact: { type: 'string' } } };
    const schema = kindWith({ headers: { type: 'object', additionalProperties: match } });
    const spec: unknown = JSON.parse('{"headers":{"__proto__":{"exact":"a","unknown":1}}}');
    const { object } = schema.prune(objectWith(spec));
    expect(JSON.stringify(object['spec'])).toBe('{"headers":{"__proto__":{"exact":"a"}}}');
  });
});

describe('defaults', () => {
  const ref = {
    type: 'object',
    properties: { kind: { type: 'string', default: 'Gateway' }, name: { type: 'string' } },
  };

  it('fill in what is absent, in lists and maps too', () => {
    const schema = kindWith({
      refs: { type: 'array', items: ref },
      byName: { type: 'object', additionalProperties: ref },
    });
    const filled = schema.applyDefaults(
      objectWith({ refs: [{ name: 'a' }, { name: 'b', kind: 'Service' }], byName: { x: {} } }),
    );
    expect(filled['spec']).toEqual({
      refs: [
        { name: 'a', kind: 'Gateway' },
        { name: 'b', kind: 'Service' },
      ],
      byName: { x: { kind: 'Gateway' } },
    });
  });

  it('do not make an object where there is none', () => {
    expect(kindWith({ ref }).applyDefaults(objectWith({}))['spec']).toEqual({});
  });

  it('take the place of null, unless null is allowed; null without a default goes', () => {
    const schema = kindWith({
      withDefault: { type: 'string', default: 'a' },
      nullable: { type: 'string', nullable: true, default: 'a' },
      without: { type: 'string' },
    });
    const filled = schema.applyDefaults(objectWith({ withDefault: null, nullable: null, without: null }));
    expect(filled['spec']).toEqual({ withDefault: 'a', nullable: null });
  });

  it('are copies: changing one object does not change the next', () => {
    const schema = kindWith({ list: { type: 'array', items: { type: 'string' }, default: ['a'] } });
    const [one, two] = [schema.applyDefaults(objectWith({})), schema.applyDefaults(objectWith({}))];
    expect(one['spec']).toEqual(two['spec']);
    expect((one['spec'] as Fields)['list']).not.toBe((two['spec'] as Fields)['list']);
  });
});

describe('the verdict of the server, word for word', () => {
  it.each<[string, Fields, unknown, readonly string[]]>([
    ['a missing field', {}, {}, ['spec.analysis: Required value']],
    [
      'a text for a number',
      { weight: { type: 'integer' } },
      { analysis: 1, weight: 'ten' },
      ['spec.weight: Invalid value: "string": spec.weight in body must be of type integer: "string"'],
    ],
    [
      'a word that is none of those allowed',
      { kind: { type: 'string', enum: ['DaemonSet', 'Deployment'] } },
      { analysis: 1, kind: 'StatefulSet' },
      ['spec.kind: Unsupported value: "StatefulSet": supported values: "DaemonSet", "Deployment"'],
    ],
    [
      'a text that does not match',
      { interval: { type: 'string', pattern: '^[0-9]+(m|s)' } },
      { analysis: 1, interval: 'invalid' },
      [`spec.interval: Invalid value: "invalid": spec.interval in body should match '^[0-9]+(m|s)'`],
    ],
    [
      'a number that is too small',
      { replicas: { type: 'integer', minimum: 1 } },
      { analysis: 1, replicas: 0 },
      ['spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1'],
    ],
    [
      'a list that is too long',
      { refs: { type: 'array', maxItems: 2, items: { type: 'integer' } } },
      { analysis: 1, refs: [1, 2, 3] },
      ['spec.refs: Too many: 3: must have at most 2 items'],
    ],
    [
      'a text that is too long',
      { name: { type: 'string', maxLength: 3 } },
      { analysis: 1, name: 'four' },
      ['spec.name: Too long: may not be more than 3 bytes'],
    ],
  ])('%s', (_case, properties, spec, messages) => {
    expect(verdict(properties, spec, { required: ['analysis'] })).toEqual(messages);
  });

  it('gives no reason when there is none', () => {
    expect(
      verdict({ interval: { type: 'string', pattern: '^[0-9]+(m|s)' } }, { interval: '30syapi' }),
    ).toEqual([]);
  });

  it('takes whole floats for integers, and integers for numbers', () => {
    expect(verdict({ a: { type: 'integer' }, b: { type: 'number' } }, { a: 3.0, b: 3 })).toEqual([]);
    expect(verdict({ a: { type: 'integer' } }, { a: 3.5 })).toHaveLength(1);
  });

  it('takes numbers and names where either is allowed, and nothing else', () => {
    const port = { 'x-kubernetes-int-or-string': true };
    expect(verdict({ port }, { port: 80 })).toEqual([]);
    expect(verdict({ port }, { port: 'http' })).toEqual([]);
    expect(verdict({ port }, { port: true })).toEqual([
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ]);
  });

  it('checks formats it knows and takes others for comments', () => {
    expect(verdict({ at: { type: 'string', format: 'date-time' } }, { at: '2026-11-24T03:21:00Z' })).toEqual(
      [],
    );
    expect(verdict({ at: { type: 'string', format: 'date-time' } }, { at: 'yesterday' })).toHaveLength(1);
    expect(verdict({ n: { type: 'integer', format: 'int32' } }, { n: 2 ** 31 })).toHaveLength(1);
    expect(verdict({ url: { type: 'string', format: 'url' } }, { url: 'no url at all' })).toEqual([]);
  });

  it('refuses null where it is not allowed and takes it where it is', () => {
    expect(verdict({ a: { type: 'string', nullable: true } }, { a: null })).toEqual([]);
    expect(verdict({ a: { type: 'string' } }, { a: null })).toEqual([
      'spec.a: Invalid value: "null": spec.a in body must be of type string: "null"',
    ]);
  });

  it('finds twins in lists that are sets and maps', () => {
    const map = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object' },
    };
    expect(verdict({ list: map }, { list: [{ name: 'a' }, { name: 'a', b: 1 }] })).toEqual([
      'spec.list[1]: Duplicate value: {"name":"a","b":1}',
    ]);
  });
});

describe('alternatives', () => {
  const oneOf = [{ required: ['iterations'] }, { required: ['stepWeight'] }];

  it('exactly one has to hold', () => {
    expect(verdict({}, { iterations: 1 }, { oneOf })).toEqual([]);
    expect(verdict({}, { iterations: 1, stepWeight: 1 }, { oneOf })).toEqual([
      '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ]);
  });

  it('and if none does, the first says why', () => {
    expect(verdict({}, {}, { oneOf })).toEqual([
      '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
      'spec.iterations: Required value',
    ]);
  });

  it('of anyOf one is enough, of allOf none may fail, and not must not hold', () => {
    const [a, b] = [{ required: ['a'] }, { required: ['b'] }];
    expect(verdict({}, { a: 1, b: 1 }, { anyOf: [a, b] })).toEqual([]);
    expect(verdict({}, {}, { anyOf: [a, b] })[0]).toBe(
      '<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf)',
    );
    expect(verdict({}, { a: 1 }, { allOf: [a, b] })).toEqual(['spec.b: Required value']);
    expect(verdict({}, { a: 1 }, { not: a })).toEqual([
      '<nil>: Invalid value: "": "spec" must not validate the schema (not)',
    ]);
  });
});

describe('metadata', () => {
  it.each<[string, Fields, string, string]>([
    ['no name', {}, 'metadata.name', 'Required value: name or generateName is required'],
    ['a name with capitals', { name: 'Podinfo' }, 'metadata.name', 'Invalid value: "Podinfo"'],
    [
      'a label value with a blank',
      { name: 'a', labels: { app: 'a b' } },
      'metadata.labels',
      'Invalid value: "a b"',
    ],
    [
      'a label key with two slashes',
      { name: 'a', labels: { 'a/b/c': '' } },
      'metadata.labels',
      'Invalid value: "a/b/c"',
    ],
    [
      'an annotation that is a boolean',
      { name: 'a', annotations: { 'a/b': true } },
      'metadata.annotations[a/b]',
      'Invalid value: "boolean"',
    ],
    [
      'annotations beyond 256 KiB',
      { name: 'a', annotations: { a: 'x'.repeat(262_144) } },
      'metadata.annotations',
      'Too long',
    ],
  ])('is refused with %s', (_case, metadata, path, message) => {
    const [violation, ...others] = kindWith({}).validate(objectWith({}, metadata));
    expect(others).toEqual([]);
    expect(violation?.path).toBe(path);
    expect(violation?.message).toContain(message);
  });

  it('is taken with what people really write', () => {
    const metadata = {
      generateName: 'podinfo-',
      labels: { 'app.kubernetes.io/name': 'podinfo', empty: '' },
      annotations: { 'Example.org/Text': 'any text at all' },
    };
    expect(kindWith({}).validate(objectWith({}, metadata))).toEqual([]);
  });
});

it('says at first use that a schema is none', () => {
  expect(() => compileSchema('nonsense').validate(objectWith({}))).toThrow(
    'a schema is an object, found "nonsense"',
  );
});
