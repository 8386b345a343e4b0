// Process start to ready: the demo's edition (if `make demo` has been run), 15,000 and 1,000,000 episodes.
// Each round takes us, a bare loop that reads and hashes the same bytes once, and Django's check + first page in turn.
// ROUNDS=5 node bench/boot.mjs [--without-1m]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { Report, median } from './lib/report.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const root = new URL('..', import.meta.url).pathname;
process.chdir(root);
const out = 'target/bench/boot';
mkdirSync(out, { recursive: true });

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26, ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}`);
  return done.stdout.toString();
}

const status = (port, path) =>
  new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path, timeout: 1000 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    request.on('error', () => resolve(0));
    request.on('timeout', () => request.destroy());
  });

// Seconds from the start of the process to the first 200, and its resident memory then, in MB.
async function ready(command, args, port, path) {
  const start = process.hrtime.bigint();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  let gone = false;
  child.stderr.on('data', (data) => (errors += data));
  const ended = new Promise((resolve) => child.on('exit', () => resolve((gone = true))));
  while ((await status(port, path)) !== 200) {
    if (gone || process.hrtime.bigint() - start > 120_000_000_000n) throw new Error(`${command} never got ready: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
  child.kill('SIGKILL');
  await ended;
  return { seconds, memory };
}

const ours = (data) =>
  ready('target/release/primetime', ['serve', '--data', data, '--roles', 'site,origin', '--set', 'database.path=none',
    '--listen', '127.0.0.1:18080', '--ops-listen', '127.0.0.1:19090'], 19090, '/readyz');

function hashLoop(data) {
  const start = process.hrtime.bigint();
  run('target/release/examples/hash_loop', [`${data}/objects`]);
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

async function django() {
  const python = `${out}/venv/bin/python`;
  if (!existsSync(python)) {
    run('python3', ['-m', 'venv', `${out}/venv`]);
    run(python, ['-m', 'pip', 'install', '--quiet', 'Django==5.2.*']);
  }
  const start = process.hrtime.bigint();
  run(python, ['bench/peers/django_boot.py', 'check']);
  const check = Number(process.hrtime.bigint() - start) / 1e9;
  const serve = await ready(python, ['bench/peers/django_boot.py', 'runserver', '--noreload', '127.0.0.1:18090'], 18090, '/');
  return { seconds: check + serve.seconds, memory: serve.memory };
}

function generate(episodes) {
  const data = `${out}/${episodes}`;
  if (!existsSync(`${data}/done`)) {
    rmSync(data, { recursive: true, force: true });
    run('target/release/primetime', ['bench-edition', '--data', data, '--episodes', String(episodes)]);
    writeFileSync(`${data}/done`, '');
  }
  return data;
}

run('cargo', ['build', '--release', '--locked', '-p', 'primetime', '-p', 'edition', '--examples', '--bins']);
const sizes = process.argv.includes('--without-1m') ? [15_000] : [15_000, 1_000_000];
const report = new Report(out);
const demo = 'data/demo';
const cases = sizes.map((episodes) => [`${episodes}`, generate(episodes)]);
if (existsSync(`${demo}/objects/editions/current`)) cases.unshift(['demo', demo]);
for (const [, data] of cases) { hashLoop(data); await ours(data); } // warm: the files are in the page cache for everybody
await django();
for (let round = 0; round < rounds; round++) {
  for (const [name, data] of cases) {
    report.sample(`ours.${name}`, await ours(data));
    report.sample(`hash.${name}`, hashLoop(data));
  }
  report.sample('django', await django());
}
const of = (name, what) => median(report.samples(name).map((sample) => sample[what]));
const ratio = (a, b) => median(report.samples(a).map((sample, i) => sample.seconds / report.samples(b)[i].seconds));
report.table();
report.goal('boot.ready_15k_s', of('ours.15000', 'seconds'), '<', 0.5);
report.goal('boot.vs_hash_15k', ratio('ours.15000', 'hash.15000'), '<=', 2);
report.goal('boot.rss_15k_mb', of('ours.15000', 'memory'), '<', 200);
if (sizes.length > 1) {
  report.goal('boot.ready_1m_s', of('ours.1000000', 'seconds'), '<', 3);
  report.goal('boot.rss_1m_ratio', of('ours.1000000', 'memory') / of('ours.15000', 'memory'), '<=', 3);
}
report.save();
