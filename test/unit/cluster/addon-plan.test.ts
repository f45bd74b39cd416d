/** What a second `up` gives a running cluster: what its files have and it has not, and nothing else. */
import { describe, expect, it } from '@jest/globals';
import { appliedOf, nameOf, planOf, readAddOns } from '../../../hack/cluster/addon-plan.ts';
import type { KubeObject } from '../../../src/api/objects.ts';

const NOTHING = { apply: [], remove: [], restart: [] };

const DEPLOYMENT = 'Deployment.v1.apps/prometheus --namespace=monitoring';
const CONFIG = 'ConfigMap.v1./prometheus --namespace=monitoring';

const addOns = readAddOns();

/** The add-ons with one of them changed. */
function changed(name: string, change: object): readonly KubeObject[] {
  return addOns.map((object) => (nameOf(object) === name ? { ...object, ...change } : object));
}

describe('add-ons of a running cluster', () => {
  const applied = appliedOf(addOns);

  it('are left alone while their files are as they were', () => {
    expect(planOf(applied, addOns, [])).toEqual(NOTHING);
  });

  it('are applied where a file says something else, and only there', () => {
    const { apply, ...rest } = planOf(applied, changed(DEPLOYMENT, { spec: { replicas: 2 } }), []);

    expect(apply.map(nameOf)).toEqual([DEPLOYMENT]);
    expect(rest).toEqual({ remove: [], restart: [] });
  });

  it('are restarted with a new configuration, which they would not read otherwise', () => {
    const { apply, restart } = planOf(applied, changed(CONFIG, { data: {} }), []);

    expect(apply.map(nameOf)).toEqual([CONFIG]);
    expect(restart).toEqual([DEPLOYMENT]);
  });

  it('are restarted with an image that was built again under its name', () => {
    const { apply, restart } = planOf(applied, addOns, ['localhost/prometheus:v3.13.0']);

    expect(apply).toEqual([]);
    expect(restart).toEqual([DEPLOYMENT]);
  });

  it('are removed when no file has them any more', () => {
    const fewer = addOns.filter((object) => nameOf(object) !== DEPLOYMENT);

    expect(planOf(applied, fewer, [])).toEqual({ ...NOTHING, remove: [DEPLOYMENT] });
  });
});

describe('add-ons of a new cluster', () => {
  it('are applied, all of them, and not restarted', () => {
    expect(planOf(undefined, addOns, ['localhost/prometheus:v3.13.0'])).toEqual({
      ...NOTHING,
      apply: addOns,
    });
  });
});
