/**
 * Who may ask, and for what: accounts with a token each and, like service accounts, RBAC rules. The account of the
 * sandbox's own kubeconfig may do everything.
 */
import { randomBytes } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** A rule of a Role or ClusterRole; `*` stands for all. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A binding: rules, and the one namespace they hold in, or the whole cluster. */
export interface Grant {
  readonly rules: readonly Rule[];
  readonly namespace?: string;
}

/** One question of authorization, in RBAC's words. */
export interface Attempt {
  readonly verb: string;
  /** '' is the core group. */
  readonly group: string;
  /** Plural, with its subresource: `canaries/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export class Account {
  readonly user: string;
  readonly token = randomBytes(24).toString('base64url');
  readonly #attempts = new Map<string, Attempt>();
  #grants: readonly Grant[] | undefined;
  #denied: readonly Partial<Rule>[] = [];

  /** Without grants it may do everything. */
  constructor(user: string, grants?: readonly Grant[]) {
    this.user = user;
    this.#grants = grants;
  }

  /** What it may do from now on. */
  permit(grants: readonly Grant[]): void {
    this.#grants = grants;
  }

  /** What it may not do from now on, whatever it is granted; members left out mean everything. */
  deny(rules: readonly Partial<Rule>[]): void {
    this.#denied = rules;
  }

  /** Everything it has tried, allowed or not, each once per resource, verb, namespace and name. */
  get attempts(): readonly Attempt[] {
    return [...this.#attempts.values()];
  }

  /** Throws what Kubernetes answers where the account may not. */
  authorize(attempt: Attempt): void {
    this.#attempts.set(JSON.stringify(attempt), attempt);
    const granted = this.#grants?.some((grant) => allows(grant, attempt)) ?? true;
    if (!granted || this.#denied.some((rule) => matches({ ...EVERYTHING, ...rule }, attempt))) {
      throw new Refusal(403, 'Forbidden', sentence(this.user, attempt), {
        ...(attempt.name !== undefined && { name: attempt.name }),
        ...(attempt.group !== '' && { group: attempt.group }),
        kind: plural(attempt),
      });
    }
  }
}

function allows({ rules, namespace }: Grant, attempt: Attempt): boolean {
  if (namespace !== undefined && namespace !== attempt.namespace) return false;
  return rules.some((rule) => matches(rule, attempt));
}

const EVERYTHING: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

function matches({ apiGroups, resources, verbs, resourceNames = [] }: Rule, attempt: Attempt): boolean {
  return (
    has(apiGroups, attempt.group) &&
    has(resources, attempt.resource) &&
    has(verbs, attempt.verb) &&
    (resourceNames.length === 0 || (attempt.name !== undefined && resourceNames.includes(attempt.name)))
  );
}

function has(list: readonly string[], one: string): boolean {
  return list.includes('*') || list.includes(one);
}

function plural({ resource }: Attempt): string {
  return resource.split('/')[0] ?? '';
}

function sentence(user: string, attempt: Attempt): string {
  const { verb, group, resource, namespace, name } = attempt;
  const kind = group === '' ? plural(attempt) : `${plural(attempt)}.${group}`;
  const what = name === undefined ? kind : `${kind} ${JSON.stringify(name)}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
}

const VERBS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  GET: ['get', 'list'],
  POST: ['create', 'create'],
  PUT: ['update', 'update'],
  PATCH: ['patch', 'patch'],
  DELETE: ['delete', 'deletecollection'],
};

/** What a request attempts; undefined for paths that every account may read, such as discovery. */
export function attemptOf(method: string, path: readonly string[], watching: boolean): Attempt | undefined {
  const [root, ...rest] = path;
  const core = root === 'api';
  if ((!core && root !== 'apis') || rest.length < (core ? 2 : 3)) return undefined;
  const group = core ? '' : (rest[0] ?? '');
  const tail = rest.slice(core ? 1 : 2);
  const inNamespace = tail[0] === 'namespaces' && tail.length > 2;
  const [resource = '', name, subresource] = inNamespace ? tail.slice(2) : tail;
  const [one, many] = VERBS[method] ?? ['', ''];
  return {
    verb: method === 'GET' && watching ? 'watch' : name === undefined ? many : one,
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace: inNamespace ? tail[1] : undefined,
    name,
  };
}
