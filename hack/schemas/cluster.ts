/** What has to be in a cluster before objects can be tried: a namespace, and definitions; and away with it after. */
import { at, list, text } from '../../src/api/tree.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { pathOf } from './dry-run.ts';
import { json, type Answer, type ApiServer } from './server.ts';

export const NAMESPACE = 'serin-schemas';

const NAMESPACES = '/api/v1/namespaces';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const PATIENCE = 30_000;
const PAUSE = 100;

export interface Prepared {
  /** Names of the definitions that were there already and have been used as they were. */
  readonly present: readonly string[];
  /** Takes away what was not there before. */
  undo(): Promise<void>;
}

/** `theirs` are used as they are found; `ours` are brought up to date as the controller does at its start. */
export async function prepare(
  server: ApiServer,
  { theirs, ours }: { readonly theirs: readonly KubeObject[]; readonly ours: readonly KubeObject[] },
): Promise<Prepared> {
  const made: string[] = [];
  const undo = async (): Promise<void> => {
    for (const path of made.reverse()) await server.ask('DELETE', path);
  };
  try {
    const present: string[] = [];
    const metadata = { name: NAMESPACE };
    await make(server, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, made);
    for (const definition of theirs) {
      const created = await make(server, DEFINITIONS, definition, made);
      if (!created) present.push(definition.metadata.name);
    }
    for (const definition of ours) {
      const created = await make(server, DEFINITIONS, definition, made);
      if (!created) await renew(server, definition);
    }
    for (const definition of [...theirs, ...ours]) await served(server, definition);
    return { present, undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

/** False if it is there already. */
async function make(server: ApiServer, at: string, object: KubeObject, made: string[]): Promise<boolean> {
  const answer = await server.ask('POST', at, json(object));
  if (answer.code === 409) return false;
  expectFine(answer, `making ${object.kind} ${object.metadata.name}`);
  made.push(`${at}/${object.metadata.name}`);
  return true;
}

async function renew(server: ApiServer, definition: KubeObject): Promise<void> {
  const path = `${DEFINITIONS}/${definition.metadata.name}?fieldManager=serin&force=true`;
  const answer = await server.ask('PATCH', path, json(definition, 'application/apply-patch+yaml'));
  expectFine(answer, `applying ${definition.metadata.name}`);
}

/** A definition is served some moments after it was made, or changed. */
async function served(server: ApiServer, definition: KubeObject): Promise<void> {
  const giveUp = Date.now() + PATIENCE;
  for (const apiVersion of versionsOf(definition)) {
    const plural = text(at(definition, 'spec', 'names', 'plural')) ?? '';
    const path = `${pathOf({ apiVersion, plural, namespace: NAMESPACE })}?limit=1`;
    while ((await server.ask('GET', path)).code !== 200) {
      if (Date.now() > giveUp) throw new Error(`${apiVersion} ${plural} is not served`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

function versionsOf(definition: KubeObject): readonly string[] {
  const served = list(at(definition, 'spec', 'versions')).filter((version) => at(version, 'served') === true);
  return served.map((version) => `${text(at(definition, 'spec', 'group'))}/${text(at(version, 'name'))}`);
}

function expectFine({ code, body }: Answer, what: string): void {
  if (code >= 300) throw new Error(`${what}: ${text(at(body, 'message')) ?? code}`);
}
