/**
 * The few messages that kubectl sends as protobuf and nothing else: what `kubectl create` makes, scales and options of
 * deletions. A field that is not known here is refused rather than lost.
 */
import { textAt, type JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';

type FieldType =
  | { readonly kind: 'text' | 'number' | 'boolean' | 'bytes' | 'ignored' }
  | { readonly kind: 'message'; readonly fields: Fields }
  | { readonly kind: 'map'; readonly value: 'text' | 'bytes' }
  | { readonly kind: 'list'; readonly item: FieldType };
type Fields = Readonly<Record<number, readonly [name: string, type: FieldType]>>;

const text: FieldType = { kind: 'text' };
const number: FieldType = { kind: 'number' };
const texts: FieldType = { kind: 'map', value: 'text' };
const message = (fields: Fields): FieldType => ({ kind: 'message', fields });
const list = (item: FieldType): FieldType => ({ kind: 'list', item });

const METADATA = message({
  1: ['name', text],
  2: ['generateName', text],
  3: ['namespace', text],
  4: ['selfLink', { kind: 'ignored' }],
  5: ['uid', text],
  6: ['resourceVersion', text],
  7: ['generation', { kind: 'ignored' }],
  8: ['creationTimestamp', { kind: 'ignored' }],
  11: ['labels', texts],
  12: ['annotations', texts],
});
const IGNORED: FieldType = { kind: 'ignored' };
const CONTAINER = message({
  1: ['name', text],
  2: ['image', text],
  3: ['command', list(text)],
  4: ['args', list(text)],
  6: [
    'ports',
    list(
      message({
        1: ['name', text],
        2: ['hostPort', number],
        3: ['containerPort', number],
        4: ['protocol', text],
        5: ['hostIP', text],
      }),
    ),
  ],
  8: ['resources', IGNORED],
  13: ['terminationMessagePath', text],
  14: ['imagePullPolicy', text],
  20: ['terminationMessagePolicy', text],
  // Empty in everything kubectl creates, but always written.
  16: ['stdin', IGNORED],
  17: ['stdinOnce', IGNORED],
  18: ['tty', IGNORED],
});
const POD_SPEC = message({
  2: ['containers', list(CONTAINER)],
  3: ['restartPolicy', text],
  6: ['dnsPolicy', text],
  8: ['serviceAccountName', text],
  9: ['serviceAccount', text],
  10: ['nodeName', text],
  11: ['hostNetwork', IGNORED],
  12: ['hostPID', IGNORED],
  13: ['hostIPC', IGNORED],
  16: ['hostname', text],
  17: ['subdomain', text],
  19: ['schedulerName', text],
  24: ['priorityClassName', text],
});

const KINDS: Readonly<Record<string, Fields>> = {
  Namespace: { 1: ['metadata', METADATA], 2: ['spec', IGNORED], 3: ['status', IGNORED] },
  ConfigMap: {
    1: ['metadata', METADATA],
    2: ['data', texts],
    3: ['binaryData', { kind: 'map', value: 'bytes' }],
  },
  Secret: {
    1: ['metadata', METADATA],
    2: ['data', { kind: 'map', value: 'bytes' }],
    3: ['type', text],
    4: ['stringData', texts],
  },
  ServiceAccount: { 1: ['metadata', METADATA] },
  Scale: {
    1: ['metadata', METADATA],
    2: ['spec', message({ 1: ['replicas', number] })],
    3: ['status', IGNORED],
  },
  Deployment: {
    1: ['metadata', METADATA],
    2: [
      'spec',
      message({
        1: ['replicas', number],
        2: ['selector', message({ 1: ['matchLabels', texts] })],
        3: ['template', message({ 1: ['metadata', METADATA], 2: ['spec', POD_SPEC] })],
        4: ['strategy', IGNORED],
        5: ['minReadySeconds', number],
        7: ['paused', { kind: 'boolean' }],
      }),
    ],
    3: ['status', IGNORED],
  },
  DeleteOptions: {
    1: ['gracePeriodSeconds', number],
    2: ['preconditions', message({ 1: ['uid', text], 2: ['resourceVersion', text] })],
    3: ['orphanDependents', { kind: 'boolean' }],
    4: ['propagationPolicy', text],
    5: ['dryRun', list(text)],
  },
};

const MAGIC = Buffer.from('k8s\0', 'latin1');
const ENVELOPE: Fields = {
  1: ['type', message({ 1: ['apiVersion', text], 2: ['kind', text] })],
  2: ['raw', { kind: 'bytes' }],
  3: ['contentEncoding', text],
  4: ['contentType', text],
};

/** The object in Kubernetes' envelope. Refuses kinds and fields that are not known here. */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, 4).equals(MAGIC)) throw unsupported('a body without the envelope of Kubernetes');
  const envelope = decode(bytes.subarray(4), ENVELOPE);
  const type = envelope['type'] as { readonly apiVersion?: string; readonly kind?: string };
  const fields = KINDS[type.kind ?? ''];
  if (fields === undefined) throw unsupported(`a ${type.kind ?? 'nameless kind'}`);
  return { ...type, ...decode(Buffer.from(textAt(envelope, 'raw'), 'base64'), fields) };
}

function unsupported(what: string): Refusal {
  return new Refusal(
    415,
    'UnsupportedMediaType',
    `the sandbox cannot read ${what} as protobuf; send JSON or YAML`,
  );
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Seven bits a byte, the lowest first. Numbers here fit 53 bits. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  bytes(): Buffer {
    const length = this.number();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function decode(bytes: Buffer, fields: Fields): JsonObject {
  const reader = new Reader(bytes);
  const object: Record<string, unknown> = {};
  while (!reader.done) {
    const tag = reader.number();
    const raw = readRaw(reader, tag % 8);
    const [name, type] = fields[Math.floor(tag / 8)] ?? [];
    if (name === undefined || type === undefined) {
      if (isEmpty(raw)) continue;
      throw unsupported(`field ${Math.floor(tag / 8)} beside ${Object.keys(object).join(', ')}`);
    }
    const value = valueOf(raw, type, object[name]);
    // Protobuf of Kubernetes writes empty texts for fields that are not set.
    if (value !== undefined && value !== '') object[name] = value;
  }
  return object;
}

function readRaw(reader: Reader, wire: number): number | Buffer {
  if (wire === 0) return reader.number();
  if (wire === 2) return reader.bytes();
  throw unsupported(`wire type ${wire}`);
}

function isEmpty(raw: number | Buffer): boolean {
  return typeof raw === 'number' ? raw === 0 : raw.length === 0;
}

function valueOf(raw: number | Buffer, type: FieldType, before: unknown): unknown {
  if (type.kind === 'ignored') return undefined;
  if (typeof raw === 'number') return type.kind === 'boolean' ? raw === 1 : raw;
  switch (type.kind) {
    case 'bytes':
      return raw.toString('base64');
    case 'message':
      return decode(raw, type.fields);
    case 'list':
      return [
        ...(Array.isArray(before) ? (before as readonly unknown[]) : []),
        valueOf(raw, type.item, undefined),
      ];
    case 'map': {
      const { key, value } = decode(raw, { 1: ['key', text], 2: ['value', { kind: type.value }] });
      return { ...(before as JsonObject | undefined), [String(key)]: value ?? '' };
    }
    case 'text':
    case 'number':
    case 'boolean':
      return raw.toString('utf8');
  }
}
