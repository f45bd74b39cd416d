/** A credential, read when it is needed and kept by nobody. */
import { KINDS } from '../api/kinds.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Tools } from './tools.ts';

/** The Secret's data, decoded; a sentence where it cannot be had. */
export async function secretData(
  { objects }: Pick<Tools, 'objects'>,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Result<Readonly<Record<string, string>>, string>> {
  const { apiVersion, kind } = KINDS.Secret;
  const read = await objects.read({ apiVersion, kind, name, namespace }, { signal });
  if (!read.ok) return err(`secret ${name}.${namespace} cannot be read: ${read.error.detail}`);
  const { data } = read.value;
  if (data === null || typeof data !== 'object') return ok({});
  const texts = Object.entries(data).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[key, Buffer.from(value, 'base64').toString('utf8')]] : [],
  );
  return ok(Object.fromEntries(texts));
}
