/** What an API server said instead of doing it, from a status code and a body to an `ApiError`. */
import type { ApiError } from '../../api/objects.ts';
import { redact } from '../redact.ts';

/** An `ApiError` with what only the client's own parts look at. */
export interface Refusal {
  readonly error: ApiError;
  /** 0 when there was no answer. */
  readonly status: number;
  /** The Status object's reason, such as `Expired`; '' without one. */
  readonly reason: string;
}

/** `what` says what was attempted on what: `replacing services test/podinfo`. */
export function refusalOf(what: string, status: number, body: string, secret: boolean): Refusal {
  const said = parseStatus(body);
  const lacking = status === 403 ? lackingRule(said.message) : undefined;
  if (lacking !== undefined) {
    const detail = `${what} is not allowed (${status}): ${lacking}`;
    return { error: { kind: 'forbidden', detail }, status, reason: said.reason };
  }
  // Validation quotes the value it refuses.
  const message = secret ? said.reason || 'refused' : redact(said.message || body || 'no explanation');
  const detail = `${what}: ${message} (${status})`;
  return { error: { kind: kindOfRefusal(status, said), detail }, status, reason: said.reason };
}

/** There was no answer at all, or none that can be read. */
export function unanswered(what: string, why: string): Refusal {
  return { error: { kind: 'unavailable', detail: `${what}: ${why}` }, status: 0, reason: '' };
}

/**
 * What RBAC refused, as a sentence with the rule that would allow it; undefined where it was somebody else, such as a
 * quota or a webhook. The server's message names user, verb and resource, and never holds a part of an object.
 */
function lackingRule(message: string): string | undefined {
  const [, user, verb, resource, group, namespace] =
    /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(
      message,
    ) ?? [];
  if (user === undefined) return undefined;
  const rule = `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`;
  const where = namespace === undefined ? 'its ClusterRole' : `its role in namespace ${namespace}`;
  return `${user} lacks a rule, add to ${where}: ${rule}`;
}

interface Said {
  readonly reason: string;
  readonly message: string;
  /** The object the answer is about, where it names one. */
  readonly name: string;
}

/** How the API server refuses new objects in a namespace that is being deleted. */
const ENDING = 'because it is being terminated';

function kindOfRefusal(status: number, { reason, name, message }: Said): ApiError['kind'] {
  switch (status) {
    case 404:
      // An unknown path is answered in plain text or without the name of an object.
      return reason === 'NotFound' && name !== '' ? 'not-found' : 'no-such-kind';
    case 409:
      return reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
    case 401:
      return 'forbidden';
    case 403:
      return message.endsWith(ENDING) ? 'ending' : 'forbidden';
    case 405:
    case 406:
      return 'no-such-kind';
    case 408:
    case 410:
    case 429:
      return 'unavailable';
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'unavailable';
  }
}

/** The members of a Status object that we use; empty where the body is something else. */
export function parseStatus(body: string): Said {
  const nothing = { reason: '', message: '', name: '' };
  try {
    const status: unknown = JSON.parse(body);
    if (!isRecord(status)) return nothing;
    const details = isRecord(status['details']) ? status['details'] : {};
    return { reason: text(status['reason']), message: text(status['message']), name: text(details['name']) };
  } catch {
    return nothing;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
