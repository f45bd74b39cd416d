/** In what two servers differ about one object. Each difference is a fault of the cluster in memory. */
import { isTree } from '../../src/api/tree.ts';
import { canonicalJson } from '../../src/shared/digest.ts';
import type { Verdict } from './dry-run.ts';

/** Undefined where they agree. */
export function differenceBetween(real: Verdict, embedded: Verdict): string | undefined {
  if (real.kind === 'accepted' && embedded.kind === 'accepted') {
    const path = differingPath(real.kept, embedded.kept, '');
    return path && `keeps another ${path}`;
  }
  if (real.kind === 'accepted' || embedded.kind === 'accepted') {
    return `real ${inShort(real)}; embedded ${inShort(embedded)}`;
  }
  if (real.code !== embedded.code) return `real answers ${real.code}, embedded ${embedded.code}`;
  if (canonicalJson(real.causes) === canonicalJson(embedded.causes)) return undefined;
  return `real names ${real.causes.join(', ') || 'no field'}; embedded ${embedded.causes.join(', ') || 'no field'}`;
}

export function inShort(verdict: Verdict): string {
  return verdict.kind === 'accepted'
    ? 'accepted'
    : `refused (${verdict.code}): ${verdict.message.slice(0, 300)}`;
}

function differingPath(a: unknown, b: unknown, path: string): string | undefined {
  if (canonicalJson(a) === canonicalJson(b)) return undefined;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const index = a.findIndex((item, at) => canonicalJson(item) !== canonicalJson(b[at]));
    return differingPath(a[index], b[index], `${path}[${index}]`);
  }
  if (!isTree(a) || !isTree(b)) return `${path} (${JSON.stringify(a)} and ${JSON.stringify(b)})`;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const key = keys.find((name) => canonicalJson(a[name] ?? null) !== canonicalJson(b[name] ?? null)) ?? '';
  return differingPath(a[key] ?? null, b[key] ?? null, path === '' ? key : `${path}.${key}`);
}
