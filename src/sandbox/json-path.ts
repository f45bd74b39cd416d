/** The part of Kubernetes' JSONPath that printer columns use: members, indexes, `[*]` and `[?(@.type=="Ready")]`. */
import { isObject } from './json.ts';

type Step = (value: unknown) => readonly unknown[];

const cache = new Map<string, readonly Step[]>();

/** What the path finds, in order; nothing where it leads nowhere or cannot be read. */
export function findAll(path: string, object: unknown): readonly unknown[] {
  const steps = cache.get(path) ?? parse(path);
  cache.set(path, steps);
  return steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [object]);
}

const TOKEN =
  /\.([A-Za-z0-9_$-]+(?:\\\.[A-Za-z0-9_$-]+)*)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([A-Za-z0-9_.-]+)\s*==\s*['"]([^'"]*)['"]\)\]/gy;

function parse(path: string): readonly Step[] {
  const text = path.replace(/^\{(.*)\}$/, '$1');
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    steps.push(stepOf(token));
    end = TOKEN.lastIndex;
  }
  return end === text.length ? steps : [() => []];
}

function stepOf([, name, quoted, index, star, field, wanted]: RegExpExecArray): Step {
  const key = name?.replaceAll('\\.', '.') ?? quoted?.replaceAll('\\', '');
  if (key !== undefined) return (value) => present(isObject(value) ? value[key] : undefined);
  if (index !== undefined) return (value) => present(itemsOf(value)[Number(index)]);
  if (star !== undefined) return (value) => (isObject(value) ? Object.values(value) : itemsOf(value));
  const condition = `.${field ?? ''}`;
  return (value) => itemsOf(value).filter((item) => findAll(condition, item).includes(wanted));
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function present(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}
