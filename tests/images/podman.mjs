// podman and skopeo with settings, images and containers of their own, under target/podman.
import { execFile, spawnSync } from 'node:child_process';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export const root = new URL('../..', import.meta.url).pathname;
process.chdir(root);

const settings = run('scripts/podman-conf', ['target/podman']).matchAll(/(CONTAINERS_\w+)='([^']*)'/g);
const env = { ...process.env, ...Object.fromEntries([...settings].map(([, name, value]) => [name, value])) };

// What a program prints; fails with its words when it does.
export function run(command, args, options = {}) {
  const { status, stdout, stderr } = attempt(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

// Status and words of a program that may fail.
export function attempt(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.error) throw new Error(`${command} cannot be run (make packages-images installs what is needed): ${done.error.message}`);
  return done;
}

export const podman = (...args) => run('podman', args, { env }).trim();
export const tryPodman = (...args) => attempt('podman', args, { env });
export const skopeo = (...args) => run('skopeo', args, { env }).trim();

// The same, while this process goes on.
export const podmanLater = (...args) =>
  new Promise((resolve, reject) =>
    execFile('podman', args, { env }, (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout.trim()))));

export function remove(...names) {
  spawnSync('podman', ['rm', '--force', '--time', '0', ...names], { env, stdio: 'ignore' });
}

// A plain request to this machine, with any Host; status 0 when nobody answers.
export function get(port, path, host = 'localhost') {
  return new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (data) => (text += data));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on('error', () => resolve({ status: 0, headers: {}, text: '' }));
    request.end();
  });
}

// Waits until `holds`, a minute at most; `log` says what went wrong.
export async function until(what, holds, log = () => '') {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not ${what} in a minute:\n${log()}`);
    await pause(100);
  }
}
