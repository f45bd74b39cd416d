/** A file of YAML (or JSON) read as kubectl reads it, with the place of every field kept. */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import { KUBERNETES_YAML } from '../../sandbox/yaml.ts';

export interface Position {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Manifest {
  readonly value: unknown;
  /** Where the field at a dotted path is written, or the nearest field around it that is. */
  readonly locate: (path: string) => Position;
}

export interface YamlProblem extends Position {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface ReadDocuments {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly YamlProblem[];
}

/** What no YAML may contain, line feeds and tabs aside. */
const CONTROL = /(?![\t\n\r\u0085])\p{Cc}/u;

/** Never throws: what cannot be read is a problem, and the documents around it are still given. */
export function readDocuments(text: string): ReadDocuments {
  const control = text.search(CONTROL);
  if (control >= 0) return { manifests: [], problems: [controlCharacter(text, control)] };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...KUBERNETES_YAML, lineCounter: lines });
  if ('empty' in documents) return { manifests: [], problems: [] };
  const manifests: Manifest[] = [];
  const problems: YamlProblem[] = [];
  for (const document of documents) {
    const found = document.errors.map((error) => problemOf(error, text, lines));
    const broken = found.find(({ severity }) => severity === 'error');
    // Errors after the first are mostly its consequences.
    problems.push(...found.filter((problem) => problem.severity === 'warning' || problem === broken));
    if (broken !== undefined) continue;
    const value = plainValue(document, problems, lines);
    if (value === undefined || value === null) continue;
    manifests.push({ value, locate: (path) => locate(document, path, lines) });
  }
  return { manifests, problems };
}

function problemOf(error: YAMLError, text: string, lines: LineCounter): YamlProblem {
  const position = positionAt(error.pos[0], lines);
  // kubectl takes the last of several equal keys.
  if (error.code === 'DUPLICATE_KEY') {
    return { ...position, severity: 'warning', message: 'this key is written twice; the last one counts' };
  }
  const line = text.split('\n')[position.line - 1] ?? '';
  const hint = line.includes('{{')
    ? '; this looks like a template: render it first, then check the result'
    : '';
  return { ...position, severity: 'error', message: `no valid YAML: ${sentence(error.message)}${hint}` };
}

function controlCharacter(text: string, offset: number): YamlProblem {
  const before = text.slice(0, offset).split('\n');
  const code = text.charCodeAt(offset).toString(16).padStart(2, '0');
  const message = `no valid YAML: found a control character (0x${code}); this is no text, or damaged`;
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, severity: 'error', message };
}

/** Undefined where aliases multiply or name no anchor, and for what the JSON of the API cannot say. */
function plainValue(document: Document, problems: YamlProblem[], lines: LineCounter): unknown {
  const refuse = (reason: string, offset: number): void => {
    const message = `no valid YAML: ${sentence(reason)}`;
    problems.push({ ...positionAt(offset, lines), severity: 'error', message });
  };
  const strange = unsayable(document);
  if (strange !== undefined) return void refuse(strange.message, strange.offset);
  try {
    return document.toJS();
  } catch (error) {
    return void refuse(error instanceof Error ? error.message : String(error), document.range?.[0] ?? 0);
  }
}

interface Unsayable {
  readonly message: string;
  readonly offset: number;
}

/** An anchor within itself, or a number without a value. */
function unsayable(document: Document): Unsayable | undefined {
  let found: Unsayable | undefined;
  const stop = (message: string, node: Node): symbol => {
    found = { message, offset: node.range?.[0] ?? 0 };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, alias, path) =>
      path.some((node) => isNode(node) && 'anchor' in node && node.anchor === alias.source)
        ? stop(`anchor ${alias.source} contains itself`, alias)
        : undefined,
    Scalar: (_, scalar) =>
      typeof scalar.value === 'number' && !Number.isFinite(scalar.value)
        ? stop(`found ${scalar.source ?? String(scalar.value)}, allowed is a number that has a value`, scalar)
        : undefined,
  });
  return found;
}

function sentence(message: string): string {
  if (/call stack size|stack overflow/iu.test(message)) return 'it is nested too deeply';
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.?\s*$/u, '');
}

function locate(document: Document, path: string, lines: LineCounter): Position {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of stepsOf(path)) {
    const place = childOf(node, step, document);
    if (place === undefined) break;
    offset = place.offset ?? offset;
    node = place.node;
  }
  return positionAt(offset, lines);
}

interface Place {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function childOf(parent: unknown, step: string, document: Document): Place | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === step);
    return pair && { node: pair.value, offset: startOf(pair.key) };
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(step)];
  return item === undefined ? undefined : { node: item, offset: startOf(item) };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** `spec.metrics[0].annotations[a/b]` → spec, metrics, 0, annotations, a/b. */
function stepsOf(path: string): readonly string[] {
  return [...path.matchAll(/\[([^\]]*)\]|[^.[\]]+/gu)].map(([step, bracketed]) => bracketed ?? step);
}

function positionAt(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
