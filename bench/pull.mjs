// Twenty hosts pull one release at once, cold: each from the registry role on itself, which asks its peers and the object
// store, against all of them from one docker-registry over the same files. Rounds alternate.
//
// Every host is a network namespace with a link of RATE in each direction, and so is docker-registry's: what a real one
// runs out of first is its link, and loopback has none. RATE=none shows what is left when the network costs nothing and
// everybody shares this machine's cores. Needs root, for the namespaces.
// ROUNDS=5 HOSTS=20 RATE=1gbit PRIMETIME=target/release/primetime node bench/pull.mjs
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Report, median } from './lib/report.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const hosts = Number(process.env.HOSTS ?? 20);
const rate = process.env.RATE ?? '1gbit';
const LAYERS = [15_000_000, 15_000_000, 15_000_000, 15_000_000];
const root = new URL('..', import.meta.url).pathname;
process.chdir(root);
const out = `${root}target/bench/pull`;
const binary = process.env.PRIMETIME ?? 'target/release/primetime';
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

function run(command, ...args) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.error}: ${done.stderr}`);
  return done.stdout.toString();
}

// A switch and one namespace per host. The last host is docker-registry's.
const name = (n) => `pt-pull-${n}`;
const address = (n) => `10.77.0.${n + 1}`;
const all = [...Array(hosts + 1).keys()];
const theirs = hosts;

function unplug() {
  for (const space of [...all.map(name), name('switch')]) spawnSync('ip', ['netns', 'del', space]);
}

function plug() {
  unplug();
  const hub = name('switch');
  run('ip', 'netns', 'add', hub);
  run('ip', '-n', hub, 'link', 'add', 'hub', 'type', 'bridge');
  run('ip', '-n', hub, 'link', 'set', 'hub', 'up');
  for (const n of all) {
    run('ip', 'netns', 'add', name(n));
    run('ip', '-n', name(n), 'link', 'set', 'lo', 'up');
    run('ip', '-n', name(n), 'link', 'add', 'net', 'type', 'veth', 'peer', 'name', `p${n}`, 'netns', hub);
    run('ip', '-n', name(n), 'addr', 'add', `${address(n)}/24`, 'dev', 'net');
    run('ip', '-n', name(n), 'link', 'set', 'net', 'up');
    run('ip', '-n', hub, 'link', 'set', `p${n}`, 'master', 'hub', 'up');
    if (rate === 'none') continue;
    const shaped = ['root', 'tbf', 'rate', rate, 'burst', '1mb', 'limit', '4mb'];
    run('tc', '-n', name(n), 'qdisc', 'add', 'dev', 'net', ...shaped);
    run('tc', '-n', hub, 'qdisc', 'add', 'dev', `p${n}`, ...shaped);
  }
}

const inside = (n, command, ...args) => ['ip', ['netns', 'exec', name(n), command, ...args]];

// An image of random layers, which do not compress.
function layout(dir) {
  mkdirSync(`${dir}/blobs/sha256`, { recursive: true });
  const put = (bytes, mediaType) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(`${dir}/blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value, mediaType) => put(Buffer.from(JSON.stringify(value)), mediaType);
  const layers = LAYERS.map((size) => put(randomBytes(size), 'application/vnd.oci.image.layer.v1.tar'));
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => layer.digest) };
  const config = json({ architecture: 'amd64', os: 'linux', rootfs }, 'application/vnd.oci.image.config.v1+json');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = json({ schemaVersion: 2, mediaType, config, layers }, mediaType);
  writeFileSync(`${dir}/index.json`, JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  writeFileSync(`${dir}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  return { blobs: [config, ...layers], size: [manifest, config, ...layers].reduce((sum, blob) => sum + blob.size, 0) };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answers(n, url) {
  for (let tries = 0; tries < 1000; tries++) {
    if (spawnSync(...inside(n, 'curl', '-sf', '-o', '/dev/null', url)).status === 0) return;
    await sleep(20);
  }
  throw new Error(`${url} never answered`);
}

function start(n, log, command, ...args) {
  const child = spawn(...inside(n, command, ...args), { stdio: ['ignore', log, log] });
  child.ended = new Promise((resolve) => child.on('exit', resolve));
  return child;
}

const stop = (children) =>
  Promise.all(children.map((child) => (child.kill('SIGTERM'), child.ended)));

// One host's engine: the manifest by its tag, then all blobs side by side. Resolves to the bytes that came.
function pull(n, registry) {
  const base = `http://${registry}:5000/v2/primetime`;
  const accept = 'Accept: application/vnd.oci.image.manifest.v1+json';
  const blobs = image.blobs.map((blob) => `-o /dev/null ${base}/blobs/${blob.digest}`).join(' ');
  const script =
    `curl -sf -H '${accept}' -o /dev/null -w '%{size_download}\\n' ${base}/manifests/1.0 && ` +
    `curl -sf --no-progress-meter --parallel --parallel-immediate -w '%{size_download}\\n' ${blobs}`;
  return new Promise((resolve, reject) => {
    const child = spawn(...inside(n, 'sh', '-c', script), { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.on('close', (code) =>
      code === 0 ? resolve(text.trim().split('\n').reduce((sum, line) => sum + Number(line), 0)) : reject(new Error(`a pull failed: ${code}`)));
  });
}

async function pullAll(registryOf) {
  const begun = process.hrtime.bigint();
  const bytes = await Promise.all(all.slice(0, hosts).map((n) => pull(n, registryOf(n))));
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  if (bytes.some((sum) => sum !== image.size)) throw new Error(`a pull brought ${bytes}, not ${image.size}`);
  return seconds;
}

const data = (n) => `${out}/host-${n}`;
const peers = all.slice(0, hosts).map((n) => `http://${address(n)}:5000`);

async function ours() {
  const children = all.slice(0, hosts).map((n) => {
    rmSync(data(n), { recursive: true, force: true });
    mkdirSync(data(n));
    symlinkSync(`${out}/ci/objects`, `${data(n)}/objects`);
    cpSync(`${out}/ci/keys`, `${data(n)}/keys`, { recursive: true });
    const set = { listen: '0.0.0.0:5000', peers: peers.join(','), self: peers[n] };
    const keys = Object.entries(set).flatMap(([key, value]) => ['--set', `registry.${key}=${value}`]);
    return start(n, 'ignore', binary, 'serve', '--roles', 'registry', '--data', data(n), ...keys);
  });
  try {
    for (const n of all.slice(0, hosts)) await answers(n, 'http://127.0.0.1:9090/readyz');
    const seconds = await pullAll(() => '127.0.0.1');
    let bytes = 0;
    for (const n of all.slice(0, hosts)) {
      const metrics = run(...inside(n, 'curl', '-s', 'http://127.0.0.1:9090/metrics').flat());
      bytes += Number(/^primetime_registry_store_bytes_total (\d+)/m.exec(metrics)[1]);
    }
    return { seconds, store_ratio: bytes / image.size };
  } finally {
    await stop(children);
  }
}

const distribution = `${out}/docker-registry.yml`;
const serveTheirs = () => start(theirs, 'ignore', 'docker-registry', 'serve', distribution);

async function peer() {
  const child = serveTheirs();
  try {
    await answers(theirs, `http://${address(theirs)}:5000/v2/`);
    return { seconds: await pullAll(() => address(theirs)) };
  } finally {
    await stop([child]);
  }
}

let image;
try {
  plug();
  image = layout(`${out}/layout`);
  console.log(run(binary, 'release', 'push', `${out}/layout`, '--tag', '1.0', '--data', `${out}/ci`).trim());
  // As its documentation advises: descriptors cached in memory, no debug server, no access log.
  writeFileSync(distribution, JSON.stringify({
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: `${out}/docker` }, cache: { blobdescriptor: 'inmemory' } },
    http: { addr: '0.0.0.0:5000' },
  }));
  const filling = serveTheirs();
  await answers(theirs, `http://${address(theirs)}:5000/v2/`);
  run(...inside(theirs, 'skopeo', '--insecure-policy', 'copy', '-q', '--preserve-digests', '--dest-tls-verify=false', `oci:${out}/layout`, `docker://${address(theirs)}:5000/primetime:1.0`).flat());
  await stop([filling]);
  for (const { digest } of image.blobs) {
    const hex = digest.slice('sha256:'.length);
    const file = `${out}/docker/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
    rmSync(file);
    linkSync(`${out}/ci/objects/oci/blobs/${hex}`, file);
    readFileSync(file); // in memory for both
  }
  const report = new Report(out);
  for (let round = 0; round <= rounds; round++) {
    const [mine, other] = [await ours(), await peer()];
    if (round === 0) continue; // warm
    report.sample('registry role', mine);
    report.sample('docker-registry', other);
    console.error(`round ${round}: ${mine.seconds.toFixed(2)} s against ${other.seconds.toFixed(2)} s, store read ${mine.store_ratio.toFixed(3)} times`);
  }
  console.log(`${hosts} hosts, ${image.size} bytes in ${LAYERS.length} layers, links of ${rate}`);
  report.table();
  const ratios = report.samples('registry role').map((sample, n) => sample.seconds / report.samples('docker-registry')[n].seconds);
  const reads = report.samples('registry role').map((sample) => sample.store_ratio);
  report.goal('pull.time_vs_registry', median(ratios), '<=', 0.5);
  report.goal('pull.store_bytes_ratio', median(reads), '<=', 1.2);
  report.save();
} finally {
  unplug();
}
