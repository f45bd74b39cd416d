/**
 * The ways the API says no. A refusal is thrown: each is an HTTP answer already, and nobody between the store and the
 * edge of the server has a branch for it.
 */
import type { JsonObject } from './json.ts';

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface RefusalDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  readonly reason: string;
  readonly details: RefusalDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: RefusalDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The Status object Kubernetes sends with such an answer. */
  status(): JsonObject {
    const details = this.details === undefined ? {} : { details: this.details };
    const { message, reason, code } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...details,
      code,
    };
  }
}

/** What a refusal is about; `plural` with its group is how Kubernetes names it. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

const resourceName = ({ group, plural }: Subject): string => (group === '' ? plural : `${plural}.${group}`);

function about(subject: Subject, name: string): RefusalDetails {
  const group = subject.group === '' ? {} : { group: subject.group };
  return { name, ...group, kind: subject.plural };
}

export function notFound(subject: Subject, name: string): Refusal {
  return new Refusal(404, 'NotFound', `${resourceName(subject)} "${name}" not found`, about(subject, name));
}

export function alreadyExists(subject: Subject, name: string): Refusal {
  const message = `${resourceName(subject)} "${name}" already exists`;
  return new Refusal(409, 'AlreadyExists', message, about(subject, name));
}

export const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(subject: Subject, name: string, why: string = MODIFIED): Refusal {
  const message = `Operation cannot be fulfilled on ${resourceName(subject)} "${name}": ${why}`;
  return new Refusal(409, 'Conflict', message, about(subject, name));
}

export function forbidden(subject: Subject, name: string, why: string): Refusal {
  const message = `${resourceName(subject)} "${name}" is forbidden: ${why}`;
  return new Refusal(403, 'Forbidden', message, about(subject, name));
}

/** `problems` carry Kubernetes' own wording after the path: `Required value`, `Invalid value: …`. */
export function invalid(
  subject: Subject,
  name: string,
  problems: readonly { readonly path: string; readonly message: string }[],
): Refusal {
  const { group, kind } = subject;
  const lines = problems.map(({ path, message }) =>
    message.startsWith(path) ? message : `${path}: ${message}`,
  );
  const text = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  const causes = problems.map(({ path, message }) => ({ reason: 'FieldValueInvalid', message, field: path }));
  const qualified = group === '' ? kind : `${kind}.${group}`;
  const details = { name, ...(group === '' ? {} : { group }), kind, causes };
  return new Refusal(422, 'Invalid', `${qualified} "${name}" is invalid: ${text}`, details);
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message);
}

export function expired(message: string): Refusal {
  return new Refusal(410, 'Expired', message);
}

/** The answer to a path that names nothing. */
export function noSuchResource(): Refusal {
  return new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});
}
