/** What a webhook sends, as far as the load tester reads it. */
import { isTree, list, text, texts, tree } from '../api/tree.ts';
import { err, ok, type Result } from '../shared/result.ts';

export type Metadata = Readonly<Record<string, string>>;

export interface Payload {
  /** Of the Canary; '' where the sender says none. */
  readonly name: string;
  readonly namespace: string;
  /** Tells revisions of the Canary apart; '' where the sender says none. */
  readonly checksum: string;
  readonly metadata: Metadata;
}

const SHAPE = 'JSON with name, namespace and metadata';
const TEXTS = ['name', 'namespace', 'checksum'] as const;

/** The payload in a body; refuses with a sentence that names the field, what was found and what is allowed. */
export function readPayload(body: string): Result<Payload, string> {
  const found = parseJson(body);
  if (found === undefined) return err(`the body is not JSON, allowed is ${SHAPE}`);
  if (!isTree(found)) return err(`the body is ${kindOf(found)}, allowed is ${SHAPE}`);
  const metadata = found['metadata'] ?? {};
  if (!isTree(metadata)) return err(`metadata is ${kindOf(metadata)}, allowed is a map of texts`);
  const fields = [
    ...TEXTS.map((name) => [name, found[name] ?? ''] as const),
    ...Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value] as const),
  ];
  const [strange] = fields.filter(([, value]) => typeof value !== 'string');
  if (strange !== undefined) return err(`${strange[0]} is ${kindOf(strange[1])}, allowed is text in quotes`);
  const of = (field: (typeof TEXTS)[number]): string => text(found[field]) ?? '';
  return ok({
    name: of('name'),
    namespace: of('namespace'),
    checksum: of('checksum'),
    metadata: texts(metadata),
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What somebody wrote in place of something else, without the content of a text, which may be secret. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (Array.isArray(value)) return `a list of ${list(value).length}`;
  if (isTree(value)) return `a map of ${Object.keys(tree(value)).length}`;
  return `${String(value)}, ${value === null ? 'which is nothing' : `a ${typeof value}`}`;
}
