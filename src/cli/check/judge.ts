/**
 * What would happen to a manifest: the verdict of the API server under our definitions, without validation of
 * unknown fields, and what the controller would say of it.
 */
import type { CanaryContext } from '../../api/canary.ts';
import { GROUP, type Definition } from './definitions.ts';
import { readDocuments, type Manifest } from './documents.ts';
import { explainDropped, explainViolations, type Explained } from './explain.ts';
import { followingOf } from './follow.ts';
import { isRecord, shown, type Entries } from './record.ts';
import { similarWord } from './suggest.ts';

export type Verdict = 'accepted' | 'rejected' | 'skipped';

export interface CheckFinding extends Explained {
  /** `Canary test/podinfo`; undefined for what concerns the file. */
  readonly object?: string;
  readonly line: number;
  readonly column: number;
}

export interface CheckedFile {
  readonly file: string;
  /** `rejected` if anything in it would be; `skipped` if nothing in it is ours. */
  readonly verdict: Verdict;
  /** From a comment `# expect: accepted` or `# expect: rejected` in the first lines. */
  readonly expected?: 'accepted' | 'rejected';
  readonly findings: readonly CheckFinding[];
  /** Objects of other groups, `apps/v1 Deployment`. */
  readonly skipped: readonly string[];
}

export interface JudgeOptions {
  readonly definitions: readonly Definition[];
  /** What the controller was, or would be, started with. */
  readonly context: CanaryContext;
}

/** A judge for file contents. It never throws on account of what is in a file. */
export function makeJudge(options: JudgeOptions): (file: string, text: string) => CheckedFile {
  return (file, text) => {
    const { manifests, problems } = readDocuments(text);
    const outcomes = manifests
      .flatMap((manifest) => itemsOf(manifest))
      .map((manifest) => judgeOne(manifest, options));
    const isBroken = problems.some(({ severity }) => severity === 'error');
    const verdicts = outcomes.map(({ verdict }) => verdict);
    const expected = expectation(text);
    return {
      file,
      verdict:
        isBroken || verdicts.includes('rejected')
          ? 'rejected'
          : verdicts.includes('accepted')
            ? 'accepted'
            : 'skipped',
      ...(expected === undefined ? {} : { expected }),
      findings: [
        ...problems.map((problem) => ({ ...problem, field: '' })),
        ...outcomes.flatMap(({ findings }) => findings),
      ],
      skipped: outcomes.flatMap(({ verdict, object }) => (verdict === 'skipped' ? [object] : [])),
    };
  };
}

/** A file that could not be read is like one that makes no sense. */
export function unreadable(file: string, reason: string): CheckedFile {
  const finding = {
    severity: 'error',
    field: '',
    line: 1,
    column: 1,
    message: `cannot be read: ${reason}`,
  } as const;
  return { file, verdict: 'rejected', findings: [finding], skipped: [] };
}

interface Outcome {
  readonly object: string;
  readonly verdict: Verdict;
  readonly findings: readonly CheckFinding[];
}

/** Objects inside a List are judged one by one. */
function itemsOf(manifest: Manifest): readonly Manifest[] {
  const { value, locate } = manifest;
  if (!isRecord(value) || !Array.isArray(value['items']) || !textOf(value, 'kind').endsWith('List'))
    return [manifest];
  return (value['items'] as readonly unknown[]).map((item, index) => ({
    value: item,
    locate: (path) => locate(path === '' ? `items[${index}]` : `items[${index}].${path}`),
  }));
}

function judgeOne({ value, locate }: Manifest, { definitions, context }: JudgeOptions): Outcome {
  if (!isRecord(value) || textOf(value, 'apiVersion').split('/')[0] !== GROUP) {
    return { object: foreignName(value), verdict: 'skipped', findings: [] };
  }
  const object = nameOf(value);
  const place = (finding: Explained): CheckFinding => ({ ...finding, object, ...locate(finding.field) });
  const definition = definitions.find(
    ({ apiVersion, kind }) => apiVersion === value['apiVersion'] && kind === value['kind'],
  );
  if (definition === undefined) {
    return { object, verdict: 'rejected', findings: [place(notServed(value, definitions))] };
  }
  const { object: kept, dropped } = definition.compiled.prune(value);
  const stored = definition.compiled.applyDefaults(kept);
  const violations = definition.compiled.validate(stored);
  const isAccepted = violations.length === 0;
  const following = followingOf(definition.kind, stored, context);
  const refusals = explainViolations(violations, { written: value, stored }, definition.schema);
  const findings = [
    ...refusals,
    ...explainDropped(dropped, definition.schema),
    ...following.filter((finding) => isAccepted || isNews(finding, refusals)),
  ];
  return { object, verdict: isAccepted ? 'accepted' : 'rejected', findings: findings.map(place) };
}

/** Of an object that is refused, what the controller has to say beyond what the server said already. */
function isNews({ severity, field }: Explained, refusals: readonly Explained[]): boolean {
  const parent = field.slice(0, Math.max(0, field.lastIndexOf('.')));
  const isChoice = /\.(iterations|stepWeights?)$/u.test(field);
  return (
    severity === 'warning' &&
    !refusals.some((refusal) => refusal.field === field || (isChoice && refusal.field === parent))
  );
}

function notServed(value: Entries, definitions: readonly Definition[]): Explained {
  const kind = textOf(value, 'kind');
  const versions = definitions
    .filter((definition) => definition.kind === kind)
    .map(({ apiVersion }) => apiVersion);
  const server = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(value['apiVersion'])}`;
  if (versions.length > 0) {
    const message = `found ${shown(value['apiVersion'])}, served are ${versions.join(', ')}`;
    return { severity: 'error', field: 'apiVersion', message, server };
  }
  const kinds = [...new Set(definitions.map((definition) => definition.kind))];
  const meant = similarWord(kind, kinds);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  const message = `found ${shown(value['kind'])}, the kinds of ${GROUP} are ${kinds.join(', ')}${hint}`;
  return { severity: 'error', field: 'kind', message, server };
}

function nameOf(value: Entries): string {
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const namespace = textOf(metadata, 'namespace');
  const name = textOf(metadata, 'name');
  return `${textOf(value, 'kind')} ${namespace === '' ? '' : `${namespace}/`}${name}`.trim();
}

function foreignName(value: unknown): string {
  if (!isRecord(value) || textOf(value, 'kind') === '') return 'no Kubernetes object';
  return `${textOf(value, 'apiVersion')} ${textOf(value, 'kind')}`.trim();
}

function textOf(value: Entries, key: string): string {
  const text = value[key];
  return typeof text === 'string' ? text : '';
}

/** Looked for among the comments before the first line that is none. */
function expectation(text: string): 'accepted' | 'rejected' | undefined {
  for (const line of text.split('\n')) {
    const [, expected] = /^#\s*expect:\s*(accepted|rejected)\b/u.exec(line) ?? [];
    if (expected === 'accepted' || expected === 'rejected') return expected;
    if (!/^\s*(#.*|---.*)?$/u.test(line)) return undefined;
  }
  return undefined;
}
