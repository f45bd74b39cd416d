/**
 * Pruning, defaulting and validation of custom resources as a Kubernetes API server does them, from the
 * `openAPIV3Schema` of one version of a CustomResourceDefinition. Rules in CEL are not evaluated.
 */
import { judgeMetadata } from './schema/object-meta.ts';
import { pruned, withDefaults } from './schema/shape.ts';
import { readSchema, type JsonObject, type Structural } from './schema/structural.ts';
import { judge, type Violation } from './schema/verdict.ts';

export type { Reason, Violation } from './schema/verdict.ts';

/** The order on a write is `prune`, `applyDefaults`, `validate`. None of them changes its argument. */
export interface CompiledSchema {
  /** The object without unknown fields, and their paths, `spec.analysis.metrics[0].provider`. */
  prune<Value extends JsonObject>(
    object: Value,
  ): { readonly object: Value; readonly dropped: readonly string[] };
  /** The object with defaults filled in, and without nulls where the schema allows none. */
  applyDefaults<Value extends JsonObject>(object: Value): Value;
  /** Why the object would be refused; empty if it would not. */
  validate(object: JsonObject): readonly Violation[];
}

/** Reads the schema on first use. Throws on use if it is no schema. */
export function compileSchema(openAPIV3Schema: unknown): CompiledSchema {
  let read: Structural | undefined;
  const schema = (): Structural => (read ??= readSchema(openAPIV3Schema));
  return {
    prune: <Value extends JsonObject>(object: Value) => {
      const dropped: string[] = [];
      // Pruning keeps apiVersion, kind and metadata, which is all a caller's type may rely on.
      return { object: pruned(object, schema(), true, '', dropped) as Value, dropped };
    },
    applyDefaults: <Value extends JsonObject>(object: Value) => withDefaults(object, schema(), true) as Value,
    validate: (object) => {
      const found: Violation[] = [];
      judgeMetadata(object, found);
      judge(object, schema(), '', found);
      return found;
    },
  };
}
