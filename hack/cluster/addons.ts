/** What a cluster of users has besides Kubernetes itself: applied from the files in `addons/`, as a user would. */
import { appliedOf, nameOf, planOf, readAddOns, type Applied, type Plan } from './addon-plan.ts';
import { buildFolder, keptFiles } from './build.ts';
import { ADD_ON_RECIPES, importRecipes, missingRecipes } from './images.ts';
import { kubectl } from './kubectl.ts';
import { TRAEFIK } from './pins.ts';
import { say, step } from './progress.ts';
import { changeRecord, currentRecord, type ProcessRecord } from './record.ts';

/** The definitions of Traefik and the Gateway API, which come with a build; as a name among the objects. */
const DEFINITIONS = 'definitions';

/** Gives the cluster what it lacks of the add-ons, says what that was, and takes what no file has any more. */
export async function bringAddOns(anchor: ProcessRecord): Promise<void> {
  const { addOns, applied: known } = currentRecord();
  const { [DEFINITIONS]: definitions, ...applied }: Applied = known ?? {};
  const lacking = missingRecipes(ADD_ON_RECIPES);
  const objects = readAddOns();
  const images = lacking.map(({ name }) => name);
  const plan = planOf(addOns ? applied : undefined, objects, images);
  const isOld = definitions !== buildFolder(TRAEFIK);
  const lines = linesOf(plan);
  if (!isOld && images.length === 0 && lines.length === 0) return;
  if (images.length > 0) await step('importing images', () => importRecipes(anchor, lacking));
  if (addOns) lines.forEach(say);
  await step('applying add-ons', async () => {
    if (isOld) await applyDefinitions(anchor);
    await carryOut(anchor, plan);
  });
  await step('waiting for add-ons', () => untilReady(anchor));
  const remembered = { ...appliedOf(objects), [DEFINITIONS]: buildFolder(TRAEFIK) };
  changeRecord((record) => ({ ...record, addOns: true, applied: remembered }));
}

function linesOf({ apply, remove, restart }: Plan): readonly string[] {
  const line = (verb: string, names: readonly string[]): readonly string[] =>
    names.map((name) => `${verb} ${name}`);
  return [
    ...line('applying', apply.map(nameOf)),
    ...line('removing', remove),
    ...line('restarting', restart),
  ];
}

async function applyDefinitions(anchor: ProcessRecord): Promise<void> {
  const files = ['traefik-crds.yml', 'gateway-api-crds'].flatMap((name) => ['-f', keptFiles(TRAEFIK, name)]);
  await kubectl(anchor, ['apply', '--server-side', ...files]);
  await kubectl(anchor, ['wait', '--for=condition=Established', 'crd', '--all']);
}

async function carryOut(anchor: ProcessRecord, { apply, remove, restart }: Plan): Promise<void> {
  if (apply.length > 0) {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: apply });
    // The files say how it is, whatever somebody has edited since.
    await kubectl(anchor, ['apply', '--server-side', '--force-conflicts', '-f', '-'], list);
  }
  for (const name of remove) await kubectl(anchor, ['delete', '--ignore-not-found', ...name.split(' ')]);
  for (const name of restart) await kubectl(anchor, ['rollout', 'restart', ...name.split(' ')]);
}

/** What others rely on from the start. metrics-server is left to itself: it is ready after two of its looks. */
const AWAITED = [
  ['kube-system', 'coredns'],
  ['traefik', 'traefik'],
  ['monitoring', 'prometheus'],
] as const;

async function untilReady(anchor: ProcessRecord): Promise<void> {
  const ready = AWAITED.map(([namespace, name]) =>
    kubectl(anchor, ['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=120s']),
  );
  await Promise.all(ready);
}
