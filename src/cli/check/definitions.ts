/** Our CustomResourceDefinitions, read from the files that are shipped, one entry per served version. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { compileSchema, type CompiledSchema } from '../../sandbox/validation.ts';

export const GROUP = 'flagger.app';

export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly compiled: CompiledSchema;
  /** `openAPIV3Schema` as written, to look for fields with similar names. */
  readonly schema: unknown;
}

const FILES = ['canary.yaml', 'metric-template.yaml', 'alert-provider.yaml'];

/** What of a definition is read here; the files are ours, and a test holds them to this. */
interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: unknown };
    }[];
  };
}

/** From the folder of the shipped files. Throws if they are not there: then this is no complete installation. */
export function loadDefinitions(folder: URL): readonly Definition[] {
  return FILES.flatMap((file) => {
    const { spec } = parse(readFileSync(new URL(file, folder), 'utf8')) as CustomResourceDefinition;
    return spec.versions
      .filter(({ served }) => served)
      .map(({ name, schema: { openAPIV3Schema } }) => ({
        apiVersion: `${spec.group}/${name}`,
        kind: spec.names.kind,
        compiled: compileSchema(openAPIV3Schema),
        schema: openAPIV3Schema,
      }));
  });
}
