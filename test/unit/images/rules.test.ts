import { describe, expect, it } from '@jest/globals';
import type { Config, FileFact } from '../../../hack/images/archive.ts';
import { CONTROLLER, LOAD_TESTER, type Image } from '../../../hack/images/images.ts';
import { faultsOf } from '../../../hack/images/rules.ts';

const config: Config = {
  User: '65532:65532',
  Env: [],
  Entrypoint: ['node'],
  WorkingDir: '/serin',
  Labels: Object.fromEntries(
    ['title', 'version', 'revision', 'source', 'licenses'].map((name) => [
      `org.opencontainers.image.${name}`,
      'something',
    ]),
  ),
};
const files: readonly FileFact[] = [
  file('/usr/local/bin/node', { mode: 0o755 }),
  file('/lib64/ld-linux-x86-64.so.2', { mode: 0o755 }),
  file('/lib/x86_64-linux-gnu/libc.so.6', { mode: 0o755 }),
  file('/serin/dist/main.js', {}),
  file('/tmp', { kind: 'folder', mode: 0o1777 }),
];

function file(path: string, fact: Partial<FileFact>): FileFact {
  return { path, kind: 'file', mode: 0o644, uid: 0, ...fact };
}

function faults(image: Image, extra: readonly FileFact[], changed: Partial<Config> = {}): readonly string[] {
  return faultsOf({ image, config: { ...config, ...changed }, files: [...files, ...extra] });
}

describe('the rules for images', () => {
  it('find nothing in an image as it should be', () => {
    expect(faults(CONTROLLER, [])).toEqual([]);
  });

  it.each(['', '0', '0:0', 'serin', '65532:0', 'root'])('want a user by number and not root: %j', (User) => {
    expect(faults(CONTROLLER, [], { User })).toEqual([
      `serin: the user is ${JSON.stringify(User)}, which is no number above 0`,
    ]);
  });

  it('want every label', () => {
    expect(faults(CONTROLLER, [], { Labels: {} })).toHaveLength(5);
    const Labels = { ...config.Labels, 'org.opencontainers.image.revision': '' };
    expect(faults(CONTROLLER, [], { Labels })).toEqual([
      'serin: the label org.opencontainers.image.revision is missing',
    ]);
  });

  it.each([
    [file('/usr/bin/su', { mode: 0o4755 }), '/usr/bin/su is setuid or setgid'],
    [file('/usr/bin/wall', { mode: 0o2755 }), '/usr/bin/wall is setuid or setgid'],
    [file('/serin/cache', { kind: 'folder', mode: 0o777 }), '/serin/cache can be written to by anybody'],
    [file('/dev/sda', { kind: 'other' }), '/dev/sda is no ordinary file'],
    [file('/serin/x', { uid: 65_532 }), '/serin/x belongs to 65532, not to root'],
  ])('apply to both images: %j', (extra, fault) => {
    expect(faults(LOAD_TESTER, [extra])).toEqual([`serin-loadtester: ${fault}`]);
    expect(faults(CONTROLLER, [extra])).toContain(`serin: ${fault}`);
  });

  it.each([
    file('/bin/sh', { mode: 0o755 }),
    file('/bin/bash', { kind: 'link', mode: 0o777 }),
    file('/usr/bin/busybox', { mode: 0o555 }),
    file('/usr/local/bin/npm', { mode: 0o755 }),
  ])('leave nothing but Node to run in the controller: %j', (extra) => {
    expect(faults(CONTROLLER, [extra])).toEqual([`serin: ${extra.path} can be run`]);
    expect(faults(LOAD_TESTER, [extra])).toEqual([]);
  });
});
