/** A cluster that somebody else has made: no suite drives what is his, and each says at once what it misses. */
import { describe, expect, it } from '@jest/globals';
import { objectionsTo, type Demands, type Kubectl } from '../../../hack/e2e/foreign.ts';

const GATEWAY = ['gateway', '-n', 'traefik', 'traefik'];
const DEMANDS: Demands = {
  own: /^e2e-/,
  needed: [{ words: GATEWAY, sentence: 'HTTPRoutes are attached to it' }],
};

const listOf = (...namespaces: readonly string[]): string =>
  JSON.stringify({ items: namespaces.map((namespace) => ({ metadata: { namespace } })) });

/** A cluster as kubectl tells of it: undefined where the API server does not know Canaries. */
function cluster(serins: string, canaries: string | undefined, gateway: string): Kubectl {
  return async (...words) => {
    const asked = words.join(' ');
    if (asked.includes('/deployments?labelSelector=app.kubernetes.io%2Fname%3Dserin')) return serins;
    if (asked.includes(GATEWAY.join(' '))) return gateway;
    if (canaries !== undefined) return canaries;
    throw new Error('Error from server (NotFound): the server could not find the requested resource');
  };
}

describe('a cluster of somebody else', () => {
  it('is taken where nobody uses Canaries and what is needed is there', async () => {
    expect(await objectionsTo(cluster(listOf(), undefined, 'gateway/traefik'), DEMANDS)).toEqual([]);
  });

  it('is taken where only a run that was cut off has left something', async () => {
    const found = cluster(listOf('e2e-gateway'), listOf('e2e-gateway', 'e2e-hpa'), 'gateway/traefik');

    expect(await objectionsTo(found, DEMANDS)).toEqual([]);
  });

  it('is left alone where Serin runs or anybody has Canaries', async () => {
    const found = cluster(listOf('delivery'), listOf('shop', 'shop', 'e2e-hpa'), 'gateway/traefik');

    expect(await objectionsTo(found, DEMANDS)).toEqual([
      'Serin runs already, in namespace delivery; two would drive the same Canaries',
      'namespace shop has Canaries, which the Serin of this suite would drive',
    ]);
  });

  it('is missed what is needed before anything is installed', async () => {
    expect(await objectionsTo(cluster(listOf(), listOf(), ''), DEMANDS)).toEqual([
      'gateway -n traefik traefik is not there: HTTPRoutes are attached to it',
    ]);
  });

  it('is not played on where it cannot be asked', async () => {
    const refuse: Kubectl = async () => {
      throw new Error('Unable to connect to the server');
    };

    await expect(objectionsTo(refuse, DEMANDS)).rejects.toThrow('Unable to connect');
  });
});
