// Ten rollouts and ten undos under a constant load of new connections, kept ones and slow downloads, against the same load
// undisturbed, and against nginx exchanging its binary under it; then undos after the old release is gone, which are rollouts back.
// ROUNDS=10 COLD=3 NEW=1200 KEPT=2400 node bench/rollout.mjs
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, openSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { Report, median } from './lib/report.mjs';

const rounds = Number(process.env.ROUNDS ?? 10);
const cold = Number(process.env.COLD ?? 3);
const rates = [process.env.NEW ?? '1200', process.env.KEPT ?? '2400', process.env.DOWNLOADS ?? '4'];
const calm = Number(process.env.CALM_SECONDS ?? 120);
process.chdir(new URL('..', import.meta.url).pathname);
const binary = 'target/release/primetime';
const dir = 'target/bench/rollout';
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
const data = `${dir}/data`;
const [port, ops, peer] = [18480, 18481, 18482];
const report = new Report(dir);
const run = (command, args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
const primetime = (...words) => run(binary, [...words, '--data', data, '--listen', `127.0.0.1:${port}`, '--ops-listen', `127.0.0.1:${ops}`]);
const seconds = (from) => (performance.now() - from) / 1000;

// From a commit to its binary: one file of the pages has changed, as in most commits. BUILDS=0 leaves it out.
const compiled = [];
for (let n = 0; n < Number(process.env.BUILDS ?? 3); n += 1) {
  const from = performance.now();
  utimesSync('crates/site/src/lib.rs', new Date(), new Date());
  run('cargo', ['build', '--quiet', '--release', '--locked', '-p', 'primetime']);
  compiled.push(seconds(from));
}

primetime('bench-edition', '--episodes', '1000');
// Two releases, each built whole; that their binary is the same changes nothing of what a rollout does.
const built = [];
const names = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'].map((commit) => {
  const from = performance.now();
  const out = `${dir}/${commit}`;
  primetime('release', 'build', '--binary', binary, '--out', out, '--commit', commit, '--created', '2026-03-01T20:00:00Z');
  built.push(seconds(from));
  const name = /primetime-\S+/.exec(primetime('release', 'show', out))[0];
  mkdirSync(`${data}/releases`, { recursive: true });
  run('mv', [out, `${data}/releases/${name}`]);
  return name;
});
// What hosts pull.
const sizes = primetime('release', 'show', `${data}/releases/${names[0]}`).matchAll(/image +(\S+) \S+ \(([\d.]+) MB\)/g);
report.sample('image_mb', Object.fromEntries([...sizes].map(([, image, size]) => [image, Number(size)])));
const picture = '/i/00000000000000aa/640.webp';
mkdirSync(`${data}/objects/images/00000000000000aa`, { recursive: true });
writeFileSync(`${data}/objects${picture.replace('/i/', '/images/')}`, randomBytes(16 << 20));

// A crowd at an address; `stretch(name)` ends the time so far and says what it came to.
function crowd(address, host, path, download) {
  const child = spawn('target/release/examples/crowd', [address, host, path, download, ...rates], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const stretch = async (name) => {
    child.stdin.write(`${name}\n`);
    return JSON.parse((await lines.next()).value);
  };
  return { stretch, end: () => child.kill('SIGKILL') };
}

const requests = (stretch) => Object.values(stretch.kinds).reduce((sum, kind) => sum + kind.requests, 0);
const failed = (stretch) => Object.values(stretch.failed).reduce((sum, count) => sum + count, 0);
// Of the requests that are answered at once.
const p99 = (stretch) => Math.max(stretch.kinds.new.p99_ms, stretch.kinds.kept.p99_ms);

const status = () => primetime('release', 'status', '--last', '1');
async function until(words, most = 180) {
  const from = performance.now();
  while (!status().includes(words)) {
    if (seconds(from) > most) throw new Error(`never "${words}":\n${status()}`);
    await pause(50);
  }
}

const log = `${dir}/host.log`;
const host = spawn(binary, ['host', '--data', data, '--listen', `127.0.0.1:${port}`, '--ops-listen', `127.0.0.1:${ops}`, '--roles', 'site,origin',
  '--instances', '4', '--release', names[0], '--', '--set', 'database.path=none'],
  { stdio: ['ignore', 'ignore', openSync(log, 'w')] });
// What the controller said of the newest rollout, with the second at which it did.
const said = (since) => readFileSync(log, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
  .filter((line) => line.target === 'ops::controller' && Date.parse(line.timestamp) >= since)
  .map((line) => ({ at: Date.parse(line.timestamp) / 1000, words: line.message }));

async function heard(since, words) {
  const from = performance.now();
  while (!said(since).some((line) => line.words.includes(words))) {
    if (seconds(from) > 180) throw new Error(`nobody said "${words}": ${log}`);
    await pause(20);
  }
}

const pageHost = `harbour.localhost:${port}`;
let page;
const all = { requests: 0, failed: {} };
const count = (stretch) => {
  all.requests += requests(stretch);
  for (const [words, times] of Object.entries(stretch.failed)) all.failed[words] = (all.failed[words] ?? 0) + times;
};

try {
  await until('runs 4 of');
  page = run('curl', ['--fail', '--silent', '--header', `Host: ${pageHost}`, `http://127.0.0.1:${port}/en/`]);
  const viewers = crowd(`127.0.0.1:${port}`, pageHost, '/en/', picture);
  try {
    await pause(3000);
    await viewers.stretch('undisturbed');
    for (let round = 0; round < rounds; round += 1) {
      await pause(calm * 1000 / rounds + 2000);
      const undisturbed = await viewers.stretch('rollout');
      count(undisturbed);
      const began = Date.now();
      primetime('release', 'roll', names[1], '--as', 'bench');
      await until('is warm');
      const rolled = await viewers.stretch('undo');
      count(rolled);
      const lines = said(began);
      const at = (words) => (lines.find((line) => line.words.includes(words)) ?? {}).at;
      const [start, ready, judging, fine, over] =
        [began / 1000, at('control are ready'), at('control take traffic'), at('errors against'), at('all traffic is')];
      // Watching a wave is the judge's time too.
      const waves = lines.filter((line) => /wave \d+ of/.test(line.words)).map((line) => line.at);
      const watched = waves.reduce((sum, wave, index) => sum + ((index + 1 < waves.length ? Math.min(waves[index + 1], wave + 2) : over) - wave), 0);
      const undone = performance.now();
      primetime('release', 'undo', '--why', 'bench', '--as', 'bench');
      await heard(began, 'has the traffic again');
      const undo_s = seconds(undone);
      await heard(began, `runs ${names[0]}`);
      const back = await viewers.stretch('undisturbed');
      count(back);
      report.sample('rollout', {
        whole_s: over - start, start_s: ready - start, judge_s: fine - judging, waves_s: over - fine, watched_s: watched,
        overhead_s: over - start - (fine - judging) - watched, undo_s,
      });
      report.sample('p99_ms', { undisturbed: p99(undisturbed), rolled: p99(rolled), undone: p99(back), ratio: Math.max(p99(rolled), p99(back)) / p99(undisturbed) });
      console.log(`round ${round + 1}: ${JSON.stringify(report.samples('rollout').at(-1))}`);
    }
    // Of the old release nothing is warm any more: it is started again. Apart from the goals, as are its requests.
    for (let round = 0; round < cold; round += 1) {
      const began = Date.now();
      primetime('release', 'roll', names[1], '--bake', '0', '--as', 'bench');
      await heard(began, `runs ${names[1]}`);
      await viewers.stretch('undo');
      const undone = Date.now();
      const from = performance.now();
      primetime('release', 'undo', '--why', 'bench', '--as', 'bench');
      const returned_s = seconds(from);
      await heard(undone, `all traffic is ${names[0]}'s`);
      const undo_cold_s = seconds(from);
      await heard(undone, `runs ${names[0]}`);
      const back = await viewers.stretch('undisturbed');
      report.sample('undo_cold', { undo_cold_s, returned_s, failed: failed(back), p99_ms: p99(back) });
      console.log(`cold round ${round + 1}: ${JSON.stringify(report.samples('undo_cold').at(-1))}`);
    }
  } finally {
    viewers.end();
  }
} finally {
  host.kill('SIGINT');
  await new Promise((resolve) => host.on('exit', resolve));
}

// nginx, on the bytes of the same page and the same picture, its binary exchanged as its documentation says: USR2, WINCH, QUIT.
async function nginx() {
  const root = `${process.cwd()}/${dir}/nginx`;
  mkdirSync(`${root}/en`, { recursive: true });
  copyFileSync(`${data}/objects${picture.replace('/i/', '/images/')}`, `${root}/picture`);
  writeFileSync(`${root}/en/index.html`, page);
  writeFileSync(`${root}/nginx.conf`, `daemon on; master_process on; pid ${root}/pid; error_log ${root}/error.log; worker_processes 2;
events { worker_connections 4096; }
http { access_log off; sendfile on; keepalive_requests 100000; server { listen 127.0.0.1:${peer} backlog=4096; root ${root}; } }`);
  // Executed anew by the name that it was called by.
  const program = run('sh', ['-c', 'command -v nginx || echo /usr/sbin/nginx']).trim();
  run(program, ['-c', `${root}/nginx.conf`, '-p', root]);
  const master = () => Number(readFileSync(`${root}/pid`, 'utf8'));
  const viewers = crowd(`127.0.0.1:${peer}`, 'localhost', '/en/index.html', '/picture');
  try {
    await pause(3000);
    await viewers.stretch('undisturbed');
    for (let round = 0; round < rounds; round += 1) {
      await pause(3000);
      const undisturbed = await viewers.stretch('exchanged');
      const old = master();
      process.kill(old, 'SIGUSR2');
      await pause(1000);
      process.kill(old, 'SIGWINCH');
      await pause(1000);
      process.kill(old, 'SIGQUIT');
      await pause(1000);
      const exchanged = await viewers.stretch('undisturbed');
      report.sample('nginx', { failed: failed(undisturbed) + failed(exchanged), requests: requests(exchanged), ratio: p99(exchanged) / p99(undisturbed) });
    }
  } finally {
    viewers.end();
    process.kill(master(), 'SIGTERM');
  }
}
await nginx();

report.sample('build', { images_s: median(built), ...(compiled.length > 0 && { binary_s: median(compiled) }) });
report.table();
const rolls = report.samples('rollout');
if (compiled.length > 0) {
  const whole = median(compiled) + median(built) + median(rolls.map((sample) => sample.whole_s));
  console.log(`from a commit to all instances serving it: ${whole.toFixed(1)} s`);
}
const failures = Object.values(all.failed).reduce((sum, times) => sum + times, 0);
if (failures > 0) console.log(`failed: ${JSON.stringify(all.failed)}`);
report.goal('rollout.failed', failures, '<=', 0);
report.goal('rollout.requests', all.requests, '>=', 1_000_000);
report.goal('rollout.p99_ratio', median(report.samples('p99_ms').map((sample) => sample.ratio)), '<=', 1.5);
report.goal('rollout.undo_s', Math.max(...rolls.map((sample) => sample.undo_s)), '<', 5);
report.goal('rollout.overhead_s', median(rolls.map((sample) => sample.overhead_s)), '<', 15);
report.save();
