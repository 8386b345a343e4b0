// A release of the debug binary: built twice, checked, loaded, and run as production runs it.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { attempt, get, podman, podmanLater, remove, run, skopeo, tryPodman, until } from './podman.mjs';

const binary = process.env.IMAGES_BINARY ?? 'target/debug/primetime';
const [PORT, OPS] = [18480, 18481];
const NAME = 'primetime-images-test';
const dir = mkdtempSync(join(tmpdir(), 'primetime-images-'));
const keys = join(dir, 'keys');
const release = join(dir, 'release');
const data = join(dir, 'data');
const build = ['release', 'build', '--data', keys, '--binary', binary, '--out', release,
  '--commit', '0123456789abcdef', '--created', '2026-03-01T20:00:00Z'];

// Larger than all buffers between two processes, so that a reader who pauses leaves the answer under way.
const picture = randomBytes(48 << 20);
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

before(() => {
  run(binary, build);
  for (const name of ['primetime', 'primetime-work']) {
    skopeo('copy', '--quiet', `oci:${release}/images:${name}`, `containers-storage:localhost/${name}:test`);
  }
  run(binary, ['bench-edition', '--episodes', '50', '--data', data]);
  mkdirSync(join(data, 'objects/images/00000000000000aa'), { recursive: true });
  writeFileSync(join(data, 'objects/images/00000000000000aa/640.webp'), picture);
  run('chown', ['-R', '10001:10001', data]);
  chmodSync(dir, 0o755);
});

after(() => {
  remove(NAME);
  rmSync(dir, { recursive: true, force: true });
});

// SIGTERM comes in the middle of a download, which is finished all the same.
async function stoppedInADownload(stop, log) {
  const answer = await new Promise((resolve, reject) =>
    http.get({ host: '127.0.0.1', port: PORT, path: '/i/00000000000000aa/640.webp', agent: false }, resolve).on('error', reject));
  assert.equal(answer.statusCode, 200);
  const pieces = [];
  await new Promise((resolve) => answer.once('data', (piece) => (pieces.push(piece), answer.pause(), resolve())));
  const stopped = stop();
  await until('draining', async () => /finishing what is under way/.test(log()));
  for await (const piece of answer) pieces.push(piece);
  assert.equal(sum(Buffer.concat(pieces)), sum(picture));
  await stopped;
}

test('a second build gives the same bytes', () => {
  assert.match(run(binary, build), /this build gave the same bytes/);
});

// Bytes that a host pulls for what is not our binary: of libraries and certificates 1.8 MB, with ffmpeg and what it is linked with 104 MB.
const MOST = { primetime: 2_500_000, 'primetime-work': 110_000_000 };

// The binary's layer is left out: the debug one that is tested here is several times what is released. What creeps into an image
// unseen, because a library brings others, lies in the other layers, and they are a release's own.
test('images have no more beside the binary than they need', () => {
  const images = join(release, 'images');
  const blob = (digest) => join(images, 'blobs', digest.replace(':', '/'));
  const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
  for (const { digest, annotations } of json(join(images, 'index.json')).manifests) {
    const name = annotations['org.opencontainers.image.ref.name'];
    const layers = json(blob(digest)).layers;
    const files = layers.map((layer) => run('tar', ['--list', '--gzip', '--file', blob(layer.digest)]).split('\n'));
    const ours = files.findIndex((paths) => paths.includes('usr/bin/primetime'));
    assert.ok(ours >= 0 && files[ours].every((path) => 'usr/bin/primetime'.startsWith(path)), `${name}: ${files[ours]}`);
    const beside = layers.filter((_, at) => at !== ours).reduce((sum, layer) => sum + layer.size, 0);
    assert.ok(beside > 0 && beside <= MOST[name], `${name} has ${beside} bytes beside the binary, at most ${MOST[name]} are wanted`);
  }
});

test('a tampered image is refused, and what differs is named', () => {
  assert.match(run(binary, ['release', 'verify', release, '--data', keys]), /as they were signed/);
  const shown = run(binary, ['release', 'show', release, '--data', keys]);
  const digest = /image {4}primetime sha256:([0-9a-f]{64})/.exec(shown)[1];
  const path = join(release, 'images/blobs/sha256', digest);
  const good = readFileSync(path);
  try {
    writeFileSync(path, good.toString().replace('"Apache', '"apache'));
    const refused = attempt(binary, ['release', 'verify', release, '--data', keys]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, new RegExp(`${digest} has been changed: its digest is sha256:[0-9a-f]{64}, and sha256:${digest} was signed`));
  } finally {
    writeFileSync(path, good);
  }
  const stranger = attempt(binary, ['release', 'verify', release, '--data', join(dir, 'nobody')]);
  assert.match(stranger.stderr, /release\.pub/);
});

test('engines see labels, user and ports; those that know health checks see ours', () => {
  const [image] = JSON.parse(podman('image', 'inspect', 'localhost/primetime:test'));
  assert.equal(image.User, '10001:10001');
  assert.equal(image.Labels['org.opencontainers.image.version'], '0.1.0-0123456789ab');
  assert.deepEqual(Object.keys(image.Config.ExposedPorts).sort(), ['8080/tcp', '9090/tcp']);
  // podman reads health checks from Docker's format alone.
  skopeo('copy', '--quiet', '--format', 'v2s2', `oci:${release}/images:primetime`, 'containers-storage:localhost/primetime:docker');
  const [docker] = JSON.parse(podman('image', 'inspect', 'localhost/primetime:docker'));
  assert.deepEqual(docker.Healthcheck.Test, ['CMD', '/usr/bin/primetime', 'probe']);
});

test('it serves, confined, and drains', async () => {
  const log = () => tryPodman('logs', NAME).stderr;
  podman('run', '--detach', '--name', NAME,
    '--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges',
    '--memory', '256m', '--pids-limit', '64',
    '--health-cmd', '["/usr/bin/primetime", "probe"]', '--health-interval', 'disable',
    '--volume', `${data}:/data`, '--publish', `127.0.0.1:${PORT}:8080`, '--publish', `127.0.0.1:${OPS}:9090`,
    'localhost/primetime:test',
    'serve', '--roles', 'site,origin', '--set', 'database.path=none', '--set', `site.url=http://localhost:${PORT}`);
  await until('ready', async () => (await get(OPS, '/readyz')).status === 200, log);

  // A page of a brand, out of the folder that was mounted.
  const page = await get(PORT, '/en/', `harbour.localhost:${PORT}`);
  assert.equal(page.status, 200, page.text);
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.equal(tryPodman('healthcheck', 'run', NAME).status, 0);

  // Nobody's user, a root that nobody writes, and limits that the kernel knows.
  const [state] = JSON.parse(podman('inspect', NAME));
  const status = readFileSync(`/proc/${state.State.Pid}/status`, 'utf8');
  assert.match(status, /^Uid:\t10001\t10001\t10001\t10001$/m);
  assert.match(status, /^CapEff:\t0{16}$/m);
  const refused = tryPodman('exec', NAME, '/usr/bin/primetime', 'bench-edition', '--episodes', '1', '--data', '/etc/primetime/x');
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /Read-only file system/);
  const limit = (controller, v1, v2) => {
    const group = readFileSync(`/proc/${state.State.Pid}/cgroup`, 'utf8').split('\n').map((line) => line.split(':'));
    const old = group.find(([, names]) => names.split(',').includes(controller));
    return old
      ? readFileSync(`/sys/fs/cgroup/${controller}${old[2]}/${v1}`, 'utf8').trim()
      : readFileSync(`/sys/fs/cgroup${group.find(([id]) => id === '0')[2]}/${v2}`, 'utf8').trim();
  };
  assert.equal(limit('memory', 'memory.limit_in_bytes', 'memory.max'), String(256 << 20));
  assert.equal(limit('pids', 'pids.max', 'pids.max'), '64');

  await stoppedInADownload(() => podmanLater('stop', '--time', '30', NAME), log);
  assert.equal(JSON.parse(podman('inspect', NAME))[0].State.ExitCode, 0, log());
  assert.match(log(), /"cut":0/);
});

test('a pod of podman drains as a whole', async () => {
  const pod = readFileSync('deploy/podman/pod.yaml', 'utf8')
    .replace('localhost/primetime:latest', 'localhost/primetime:test')
    .replace('http://localhost:8080', `http://localhost:${PORT}`)
    .replace('127.0.0.1:9090', `127.0.0.1:${OPS}\n  PRIMETIME_HTTP_LISTEN: 127.0.0.1:${PORT}`)
    .replace('/var/lib/primetime', data)
    .replaceAll(': 900', ': 10001');
  const file = join(dir, 'pod.yaml');
  writeFileSync(file, pod);
  podman('play', 'kube', file);
  try {
    const log = () => tryPodman('logs', 'primetime-viewing').stderr;
    await until('ready', async () => (await get(OPS, '/readyz')).status === 200, log);
    await stoppedInADownload(() => podmanLater('pod', 'stop', '--time', '35', 'primetime'), log);
  } finally {
    podman('play', 'kube', '--down', file);
  }
});

test("the worker's image encodes", () => {
  const confined = ['run', '--rm', '--read-only', '--cap-drop', 'all', '--network', 'none', '--memory', '512m'];
  podman(...confined, '--entrypoint', '/usr/bin/ffmpeg', 'localhost/primetime-work:test', '-v', 'error',
    '-f', 'lavfi', '-i', 'testsrc=d=1:s=320x180', '-f', 'lavfi', '-i', 'sine=d=1', '-c:v', 'libx264', '-c:a', 'aac', '-f', 'null', '-');
  // The data folder is this run's own, and the doctor sees nothing wrong with the encoder in it.
  const said = tryPodman(...confined, '--tmpfs', '/data:mode=1777', 'localhost/primetime-work:test', 'doctor').stdout;
  assert.match(said, /ok\s+ffmpeg/);
});
