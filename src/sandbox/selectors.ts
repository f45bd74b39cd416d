/** Label and field selectors as query strings write them, made into predicates. */
import { isObject, listAt, textsAt, valueAt, type JsonObject } from './json.ts';
import type { Kind } from './kinds.ts';
import { badRequest } from './refusal.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** `app=podinfo,tier!=db,env in (a,b),!legacy`; undefined for the empty selector, which selects everything. */
export function parseLabelSelector(text: string): ((labels: Labels) => boolean) | undefined {
  const terms = splitTerms(text);
  if (terms.length === 0) return undefined;
  const requirements = terms.map(requirement);
  return (labels) => requirements.every((holds) => holds(labels));
}

/** Whether a LabelSelector object, or a plain map as in a Service, selects these labels. An empty one selects none here. */
export function matchesSelector(selector: JsonObject, labels: Labels): boolean {
  const plain = selector['matchLabels'] === undefined && selector['matchExpressions'] === undefined;
  const wanted = Object.entries(textsAt(plain ? selector : selector['matchLabels']));
  const expressions = listAt(selector, 'matchExpressions').filter(isObject);
  if (wanted.length === 0 && expressions.length === 0) return false;
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every((term) => expression(term, labels))
  );
}

/** A LabelSelector object as `/scale` and `kubectl get -o wide` show it. */
export function selectorText(selector: JsonObject): string {
  const plain = selector['matchLabels'] === undefined && selector['matchExpressions'] === undefined;
  return Object.entries(textsAt(plain ? selector : selector['matchLabels']))
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

/** `metadata.name=podinfo,type!=Opaque`; refuses fields the kind has no index for, as Kubernetes does. */
export function parseFieldSelector(text: string, kind: Kind): ((object: JsonObject) => boolean) | undefined {
  const terms = splitTerms(text);
  if (terms.length === 0) return undefined;
  const checks = terms.map((term) => fieldTerm(term, kind));
  return (object) => checks.every((holds) => holds(object));
}

const FIELD_TERM = /^([^=!]+)(==|=|!=)(.*)$/;

function fieldTerm(term: string, kind: Kind): (object: JsonObject) => boolean {
  const [, field = '', operator, wanted = ''] = FIELD_TERM.exec(term) ?? [];
  if (field === '') throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  if (!['metadata.name', 'metadata.namespace', ...kind.fieldLabels].includes(field)) {
    throw badRequest(`field label not supported: ${field}`);
  }
  const path = field.split('.');
  const found = (object: JsonObject): string => {
    const value = valueAt(object, ...path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return operator === '!=' ? (object) => found(object) !== wanted : (object) => found(object) === wanted;
}

/** Splits at commas outside parentheses. */
function splitTerms(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

const SET_TERM = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALITY_TERM = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/;
const EXISTENCE_TERM = /^(!?)\s*([^=!\s()]+)$/;

function requirement(term: string): Requirement {
  const set = SET_TERM.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return operator === 'in' ? isIn(key, values) : not(isIn(key, values));
  }
  const equality = EQUALITY_TERM.exec(term);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return operator === '!=' ? not(isIn(key, [value])) : isIn(key, [value]);
  }
  const existence = EXISTENCE_TERM.exec(term);
  if (existence === null) throw badRequest(`unable to parse requirement: ${term}`);
  const [, bang, key = ''] = existence;
  const exists: Requirement = (labels) => labels[key] !== undefined;
  return bang === '!' ? not(exists) : exists;
}

function isIn(key: string, values: readonly string[]): Requirement {
  return (labels) => {
    const value = labels[key];
    return value !== undefined && values.includes(value);
  };
}

function not(requirement: Requirement): Requirement {
  return (labels) => !requirement(labels);
}

function expression(term: JsonObject, labels: Labels): boolean {
  const key = String(term['key']);
  const values = listAt(term, 'values').map(String);
  switch (term['operator']) {
    case 'In':
      return isIn(key, values)(labels);
    case 'NotIn':
      return !isIn(key, values)(labels);
    case 'Exists':
      return labels[key] !== undefined;
    case 'DoesNotExist':
      return labels[key] === undefined;
    default:
      return false;
  }
}
