/**
 * The verdict of the API server in sentences that say what was found and what is allowed. What the server itself
 * would print is kept beside them, to be searched for.
 */
import type { Violation } from '../../sandbox/validation.ts';
import { similarField, similarWord } from './suggest.ts';
import { isRecord, shownAt, shown, valueAt } from './record.ts';

export interface Explained {
  readonly severity: 'error' | 'warning';
  readonly field: string;
  readonly message: string;
  /** In the server's words, where it has any. */
  readonly server?: string;
}

/** The object as the user wrote it, and as the server looked at it. */
export interface Judged {
  readonly written: unknown;
  readonly stored: unknown;
}

/** One error for each thing that is wrong: what alternatives complain about is folded into one sentence. */
export function explainViolations(
  violations: readonly Violation[],
  object: Judged,
  schema: unknown,
): readonly Explained[] {
  const choices = violations.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  const isFolded = ({ path, keyword }: Violation): boolean =>
    keyword === 'required' &&
    choices.some((choice) => isChild(path, placeOf(choice)) && isChoiceOf(path, schema));
  const explained = violations
    .filter((violation) => !isFolded(violation))
    .map((violation) => ({
      severity: 'error' as const,
      field: placeOf(violation),
      message: messageOf(violation, object),
      server: `${violation.path}: ${violation.message}`,
    }));
  const isFirst = ({ field, message }: Explained, index: number): boolean =>
    explained.findIndex((earlier) => earlier.field === field && earlier.message === message) === index;
  return explained.filter(isFirst);
}

function placeOf({ at, path }: Violation): string {
  return at ?? path;
}

function isChild(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) && !path.slice(parent.length + 1).includes('.');
}

/** Whether a field is required by an alternative only, so that the sentence about the choice covers it. */
function isChoiceOf(path: string, schema: unknown): boolean {
  const parent = path.slice(0, path.lastIndexOf('.'));
  const level = parent
    .split('.')
    .reduce<unknown>((at, step) => (isRecord(at) ? valueAt(at['properties'], step) : undefined), schema);
  const required: unknown = isRecord(level) ? level['required'] : undefined;
  return !(Array.isArray(required) && required.includes(path.slice(path.lastIndexOf('.') + 1)));
}

function messageOf(violation: Violation, { written, stored }: Judged): string {
  const found = valueAt(written, placeOf(violation));
  switch (violation.keyword) {
    case 'required':
      return 'is missing, but required';
    case 'type':
      return typeSentence(violation.path, found, /of type ([\w,]+)/u.exec(violation.message)?.[1] ?? '');
    case 'enum':
      return enumSentence(found, violation.message);
    case 'pattern':
      return patternSentence(found, violation.message);
    case 'oneOf':
    case 'anyOf':
      return (
        choiceSentence(placeOf(violation), violation.keyword, valueAt(stored, placeOf(violation))) ??
        violation.message
      );
    default:
      return /\bRFC 1123 subdomain\b/u.test(violation.message)
        ? `found ${shown(found)}, allowed are lowercase letters, digits, - and ., with a letter or digit at both ends`
        : violation.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text (put quotes around it)',
  object: 'a map of fields',
  array: 'a list',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  'integer,string': 'a number or a name',
};

function typeSentence(path: string, found: unknown, type: string): string {
  // `name: {{ .Values.name }}` is valid YAML: a map whose key is a map.
  const isTemplate = isRecord(found) && Object.keys(found).some((key) => key.startsWith('{'));
  const hint = isTemplate ? '; this looks like a template: render it first, then check the result' : '';
  return `found ${shownAt(path, found)}, allowed is ${TYPES[type] ?? type}${hint}`;
}

function enumSentence(found: unknown, message: string): string {
  const list = message.slice(message.indexOf('supported values: ') + 'supported values: '.length);
  const allowed = [...list.matchAll(/"([^"]*)"/gu)]
    .map(([, word]) => word ?? '')
    .filter((word) => word !== '');
  const meant = typeof found === 'string' ? similarWord(found, allowed) : undefined;
  const hint = meant === undefined ? receiverHint(allowed) : `; did you mean ${meant}?`;
  return `found ${shown(found)}, allowed are ${allowed.join(', ')}${hint}`;
}

/** Alert types people expect and that do not exist have a way all the same. */
function receiverHint(allowed: readonly string[]): string {
  return allowed.includes('msteams')
    ? '; any other receiver can be a webhook of type event in the analysis'
    : '';
}

function patternSentence(found: unknown, message: string): string {
  const pattern = /should match '(.*)'$/u.exec(message)?.[1] ?? '';
  if (pattern === '^[0-9]+(m|s)')
    return `found ${shown(found)}, allowed is a number of minutes or seconds, such as 1m or 30s`;
  if (pattern.startsWith('^(apisix|')) {
    const names = pattern.replace(/^\^\(|\|\$\)$/gu, '').split('|');
    const meant = typeof found === 'string' ? similarWord(found, names) : undefined;
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return `found ${shown(found)}, known providers are ${names.join(', ')}${hint}`;
  }
  return `found ${shown(found)}, allowed is what matches ${pattern}`;
}

const STRATEGIES = ['iterations', 'stepWeight', 'stepWeights'];

function choiceSentence(path: string, keyword: string, found: unknown): string | undefined {
  const has = (key: string): boolean => isRecord(found) && found[key] !== undefined;
  if (path.endsWith('.analysis'))
    return analysisSentence(
      STRATEGIES.filter(has),
      ['interval', 'threshold'].filter((key) => !has(key)),
      found,
    );
  if (path !== 'spec') return undefined;
  if (keyword === 'anyOf') return 'analysis is missing: it says how a new revision is tried';
  return alertProviderSentence(has);
}

function analysisSentence(strategies: readonly string[], missing: readonly string[], found: unknown): string {
  const chosen = strategies.map((key) => `${key} (${shown(valueAt(found, key))})`).join(' and ');
  const advice =
    'iterations for blue/green and, with match, A/B testing; stepWeight or stepWeights for traffic that grows step by step';
  if (strategies.length > 1) return `found ${chosen}, allowed is one of them: ${advice}`;
  if (strategies.length === 1) return `found ${chosen} without ${missing.join(' and ')}`;
  const also = missing.length === 0 ? '' : `, and ${missing.join(' and ')}`;
  return `found no strategy: add ${advice}${also}`;
}

function alertProviderSentence(has: (key: string) => boolean): string {
  if (has('address') && has('secretRef')) {
    return 'found address and secretRef, allowed is one of them: secretRef keeps the URL out of this object';
  }
  const missing = [
    ...(has('type') ? [] : ['type']),
    ...(has('address') || has('secretRef') ? [] : ['address or secretRef']),
  ];
  return `${missing.join(' and ')} missing`;
}

/** What people write because it would be plausible, and where what they want is really said. */
const INVENTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^spec\.service\.ports$/u,
    'a canary has one port: use port, targetPort and portName, and portDiscovery for the others',
  ],
  [/\.metrics\[\d+\]\.provider$/u, 'the provider is named in a MetricTemplate, to which templateRef refers'],
  [/^spec\.iconEmoji$/u, 'messages have no icon to choose'],
  [/^spec\.secretRef\.key$/u, 'the key of the Secret is always called address'],
  [/^spec\.webhookUrl$/u, 'the URL is given as address, or in a Secret named by secretRef'],
  [
    /^spec\.service\.type$/u,
    'the generated Services have cluster addresses; expose them with an ingress or a Service of your own',
  ],
];

/** A warning for each field that the server drops without a word. */
export function explainDropped(dropped: readonly string[], schema: unknown): readonly Explained[] {
  return dropped.map((field) => ({
    severity: 'warning',
    field,
    message: `unknown field: the API server drops it and it has no effect${hintFor(field, schema)}`,
  }));
}

function hintFor(field: string, schema: unknown): string {
  const invention = INVENTIONS.find(([pattern]) => pattern.test(field));
  if (invention !== undefined) return `; ${invention[1]}`;
  const similar = similarField(field, schema);
  return similar === undefined ? '' : `; did you mean ${similar}?`;
}
