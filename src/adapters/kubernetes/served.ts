/** What an API server says about itself, which every account may read: its version, and the schemas it serves. */
import type { ApiError, CallOptions } from '../../api/objects.ts';
import { at, list, text, tree } from '../../api/tree.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Transport } from './transport.ts';

export interface ServerVersion {
  readonly major: number;
  /** Some distributions write `27+`. */
  readonly minor: number;
  /** `v1.27.3-gke.100`, for people. */
  readonly gitVersion: string;
}

export interface Served {
  version(options: CallOptions): Promise<Result<ServerVersion, ApiError>>;
  /**
   * The schema of a kind, or undefined where it is not served. Serving follows a changed definition by a few
   * seconds.
   */
  schema(
    of: { readonly apiVersion: string; readonly kind: string },
    options: CallOptions,
  ): Promise<Result<unknown, ApiError>>;
}

export function createServed(transport: Transport): Served {
  return {
    async version(options) {
      const answer = await transport.call({ verb: 'get', resource: 'version', path: '/version' }, options);
      return answer.ok ? ok(versionFrom(answer.value)) : err(answer.error.error);
    },

    async schema({ apiVersion, kind }, options) {
      const path = `/openapi/v3/apis/${apiVersion}`;
      const answer = await transport.call({ verb: 'get', resource: 'openapi', path }, options);
      if (answer.ok) return ok(schemaIn(answer.value, apiVersion, kind));
      return answer.error.status === 404 ? ok(undefined) : err(answer.error.error);
    },
  };
}

function versionFrom(answer: unknown): ServerVersion {
  const number = (name: string): number => Number.parseInt(text(at(answer, name)) ?? '', 10) || 0;
  return {
    major: number('major'),
    minor: number('minor'),
    gitVersion: text(at(answer, 'gitVersion')) ?? 'unknown',
  };
}

/** By what the schema says it is for: its name is put together in a way of the server's own. */
function schemaIn(document: unknown, apiVersion: string, kind: string): unknown {
  return Object.values(tree(at(document, 'components', 'schemas'))).find((schema) =>
    list(at(schema, 'x-kubernetes-group-version-kind')).some(
      (meant) =>
        at(meant, 'kind') === kind &&
        `${text(at(meant, 'group'))}/${text(at(meant, 'version'))}` === apiVersion,
    ),
  );
}
