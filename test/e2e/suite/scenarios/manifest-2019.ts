/** The file that people wrote in 2019, as it is. */
import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { readManifest } from '../../../../hack/demo/manifests.ts';
import type { Act } from '../act.ts';
import type { Application } from '../application.ts';
import type { Manifest } from '../kinds.ts';
import { GOOD, image } from '../manifests.ts';
import { TRAEFIK } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { everybodySees } from './progressive.ts';

const HOST = 'podinfo.example.com';
/** Steps of 5 up to 100, ten seconds each. */
const WEIGHTS = Array.from({ length: 20 }, (_, index) => 5 * (index + 1));
const LONG = 120_000;

export const manifest2019: Scenario = {
  name: 'manifest-2019',
  title: 'the manifest of 2019 works unmodified, with -mesh-provider=traefik, in its own pace',
  measures: WEIGHTS.length,
  pace: 'its own',
  play: async (act) => {
    const app = act.application('prod');
    await clear(act, app);
    await act.cluster.apply(
      await manifest('deployment'),
      ...TRAEFIK.objects(app, HOST),
      await manifest('canary'),
    );
    await app.rests('Initialized');
    const users = act.visitors(HOST);
    await act.open(users);
    users.keepComing(10);
    await app.push(GOOD);
    for (const weight of WEIGHTS) {
      await app.comes(`has weight ${weight}`, () => app.weight === weight, { within: LONG });
      await act.measure(app, users, { weight, by: 'traefik', host: HOST, version: GOOD });
    }
    await app.rests('Succeeded');
    assert.equal(app.primaryImage, image(GOOD));
    await everybodySees(users, GOOD);
    // Their route goes with the rest.
    await users.leave();
    await clear(act, app);
  },
};

/** The namespace stays: the load tester is in it. What a run that failed has left there goes before. */
async function clear(act: Act, app: Application): Promise<void> {
  for (const kind of ['Canary', 'IngressRoute', 'Deployment'] as const)
    await act.cluster.remove(kind, app.place);
  const left = async (): Promise<boolean> =>
    (await act.cluster.read('Canary', app.place)) === undefined && app.workload('primary') === undefined;
  await app.comes('is gone', left);
}

async function manifest(name: string): Promise<Manifest> {
  return parse(await readManifest(name)) as Manifest; // The demo's files are manifests.
}
