import { describe, expect, it } from '@jest/globals';
import {
  deploymentOf,
  drivingIn,
  flaggerHolding,
  flaggerIn,
  leaseIdentity,
  type RunningFlagger,
} from '../../../src/core/flagger.ts';
import { flaggerRuns } from '../../../src/core/wording.ts';

function deployment(image: string, { args = [], ready = 1 }: { args?: string[]; ready?: number } = {}) {
  const containers = [
    { image: 'docker.io/istio/proxyv2:1.27', args: [] },
    { image, args },
  ];
  return flaggerIn({ namespace: 'flagger-system', name: 'flagger', containers, readyReplicas: ready });
}

const everywhere: RunningFlagger = {
  kind: 'deployment',
  namespace: 'flagger-system',
  name: 'flagger',
  drives: '',
};
const inTeamA: RunningFlagger = { ...everywhere, name: 'flagger-a', drives: 'team-a' };
const holder: RunningFlagger = {
  kind: 'holder',
  namespace: 'kube-system',
  identity: 'flagger-6c8f7d9b4-x2x7p_1',
};

describe('a Deployment runs Flagger', () => {
  it.each([
    'ghcr.io/fluxcd/flagger:1.44.0',
    'ghcr.io/fluxcd/flagger',
    'weaveworks/flagger:0.1.0',
    'flagger:dev',
    'registry.corp:5000/mirror/flagger:1.44.0@sha256:0f0f',
    'registry.corp:5000/mirror/flagger@sha256:0f0f',
  ])('where its image is %s and a pod is ready', (image) => {
    expect(deployment(image)).toEqual(everywhere);
  });

  it.each([
    'ghcr.io/fluxcd/flagger-loadtester:0.36.0',
    'example.com/serin:0.1.0',
    'example.com/flagger/podinfo:6.0.0',
    'example.com/notflagger:1.0.0',
    '',
  ])('not where its image is %s', (image) => {
    expect(deployment(image)).toBeUndefined();
  });

  it('not while no pod of it is ready', () => {
    expect(deployment('ghcr.io/fluxcd/flagger:1.44.0', { ready: 0 })).toBeUndefined();
  });

  it('and drives only the namespace it was started for', () => {
    const args = ['-log-level=info', '-namespace=team-a'];
    expect(deployment('ghcr.io/fluxcd/flagger:1.44.0', { args })).toMatchObject({ drives: 'team-a' });
    const all = ['-namespace='];
    expect(deployment('ghcr.io/fluxcd/flagger:1.44.0', { args: all })).toMatchObject({ drives: '' });
  });
});

describe('the holder of the Lease', () => {
  it('is a Flagger unless its name is one of ours', () => {
    expect(flaggerHolding('flagger-6c8f7d9b4-x2x7p_1', 'kube-system')).toEqual(holder);
    expect(flaggerHolding(leaseIdentity('web-0', '1'), 'kube-system')).toBeUndefined();
    expect(flaggerHolding('serin-6c8f7d9b4-x2x7p_1', 'kube-system')).toBeUndefined();
    expect(flaggerHolding('', 'kube-system')).toBeUndefined();
  });

  it('gives its Deployment away by the name of its pod', () => {
    expect(deploymentOf('my-flagger-6c8f7d9b4-x2x7p_1')).toBe('my-flagger');
    expect(deploymentOf('laptop_1')).toBeUndefined();
  });
});

describe('who drives a namespace', () => {
  it('is a Flagger for everything, or for that namespace', () => {
    expect(drivingIn('test', [])).toBeUndefined();
    expect(drivingIn('test', [inTeamA])).toBeUndefined();
    expect(drivingIn('team-a', [inTeamA])).toBe(inTeamA);
    expect(drivingIn('test', [inTeamA, everywhere])).toBe(everywhere);
    expect(drivingIn('test', [inTeamA, holder])).toBe(holder);
  });

  it('is named by its Deployment where there is one', () => {
    expect(drivingIn('test', [holder, everywhere])).toBe(everywhere);
  });
});

describe('the sentence', () => {
  it('names the Deployment and the command', () => {
    expect(flaggerRuns(everywhere)).toEqual({
      type: 'Warning',
      text: 'Flagger runs as Deployment flagger in namespace flagger-system, so Serin leaves this Canary alone until it is stopped: kubectl -n flagger-system scale deployment/flagger --replicas=0',
    });
  });

  it('names the holder, and the command where its Deployment can be told', () => {
    expect(flaggerRuns(holder).text).toBe(
      'Flagger runs as flagger-6c8f7d9b4-x2x7p_1 and holds the Lease flagger-leader-election in namespace kube-system, so Serin leaves this Canary alone until it is stopped: kubectl -n kube-system scale deployment/flagger --replicas=0',
    );
    expect(flaggerRuns({ ...holder, identity: 'laptop_1' }).text).toMatch(/stopped: stop that process$/);
  });
});
