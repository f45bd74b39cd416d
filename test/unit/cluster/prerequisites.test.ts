/** What a person is told whose machine lacks something: all of it at once, with the command that brings it. */
import { describe, expect, it } from '@jest/globals';
import { missingPrerequisites, type Machine } from '../../../hack/cluster/prerequisites.ts';

const COMPLETE: Machine = {
  platform: 'linux',
  isRoot: true,
  hasProgram: () => true,
  hasFile: () => true,
  go: 'go version go1.26.8 linux/amd64',
  building: true,
};

describe('missing prerequisites', () => {
  it('are none on a complete machine', () => {
    expect(missingPrerequisites(COMPLETE)).toEqual([]);
  });

  it('are told in one line that installs all of them', () => {
    const bare = {
      ...COMPLETE,
      hasProgram: (name: string) => name !== 'etcd' && name !== 'ctr',
      hasFile: () => false,
    };

    expect(missingPrerequisites(bare)).toEqual([
      '2 packages are missing: apt-get update && apt-get install -y --no-install-recommends etcd-server containernetworking-plugins',
    ]);
  });

  it('begin and end with the system where it is not Linux', () => {
    const mac = { ...COMPLETE, platform: 'darwin', isRoot: false, hasProgram: () => false };

    expect(missingPrerequisites(mac)).toEqual([
      'a cluster can be started on Linux only, this is darwin; name another one in KUBECONFIG',
    ]);
  });

  it('include being root', () => {
    expect(missingPrerequisites({ ...COMPLETE, isRoot: false })).toEqual([
      'starting containers needs root: run the same command with sudo -E',
    ]);
  });

  it.each([
    [undefined, 'none is on the path'],
    ['go version go1.19.8 linux/amd64', 'found go version go1.19.8 linux/amd64'],
  ])('include a Go that can build, where something has to be built: %s', (go, found) => {
    expect(missingPrerequisites({ ...COMPLETE, go, building: false })).toEqual([]);
    expect(missingPrerequisites({ ...COMPLETE, go })).toEqual([
      expect.stringMatching(new RegExp(`go 1\\.21 or later.*; ${found}, see`)),
    ]);
  });
});
