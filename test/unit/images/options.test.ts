import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '../../../hack/images/options.ts';
import { obstacle, type Machine } from '../../../hack/images/tools.ts';

describe('the command line of the images', () => {
  it('builds the checkout under its version when nothing else is asked for', () => {
    expect(parseOptions([])).toEqual({
      ok: true,
      value: {
        ref: undefined,
        tag: undefined,
        only: undefined,
        check: false,
        fresh: false,
        json: false,
        help: false,
      },
    });
  });

  it('takes a commit, a tag and one of the images', () => {
    expect(parseOptions(['--ref', 'HEAD~1', '--tag=previous', '--only=serin', '--json'])).toMatchObject({
      value: { ref: 'HEAD~1', tag: 'previous', only: 'serin', json: true },
    });
  });

  it.each([
    [['--tag', 'a/b'], '--tag is a/b'],
    [['--tag', ''], '--tag is '],
    [['--tag', 'x'.repeat(129)], 'allowed are'],
    [['--ref', ''], '--ref is '],
    [['--ref=--all'], '--ref is --all'],
    [['--only', 'tester'], '--only is tester, allowed are serin and serin-loadtester'],
    [['--push'], "Unknown option '--push'"],
    [['controller'], "Unexpected argument 'controller'"],
  ])('refuses %j', (words, sentence) => {
    const result = parseOptions(words);
    expect(result.ok ? '' : result.error).toContain(sentence);
  });
});

describe('what keeps images from being built', () => {
  const machine: Machine = { platform: 'linux', root: true, has: () => true };

  it('is nothing on a Linux with everything there', () => {
    expect(obstacle(machine)).toBeUndefined();
  });

  it('is a program that is missing, with the line that installs it', () => {
    const has = (program: string): boolean => !['buildah', 'runc'].includes(program);
    expect(obstacle({ ...machine, has })).toBe(
      'Not found: buildah, runc; run: apt-get install --yes --no-install-recommends buildah runc',
    );
  });

  it.each([{ platform: 'darwin' }, { root: false }])('is %j, and docker is the way out', (difference) => {
    expect(obstacle({ ...machine, ...difference })).toContain(
      'docker buildx build -f hack/images/Dockerfile',
    );
  });
});
