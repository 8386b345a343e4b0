// Acknowledged, durable writes of positions on PostgreSQL: ours, gathered into groups, against the engine's own upserts of one
// row at whichever number of connections suits it best, and of as many rows at once as one of our groups has (pgbench).
// The engine's server has one core, whoever writes the other; in each round every case has its turn.
// ROUNDS=5 SECONDS=4 node bench/positions.mjs
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Report, median } from './lib/report.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const seconds = Number(process.env.SECONDS ?? 4);
const root = new URL('..', import.meta.url).pathname;
process.chdir(root);
const out = `${root}target/bench/positions`;
mkdirSync(out, { recursive: true });
const SERVER = '0';
const CLIENT = '1';
const CONNECTIONS = [1, 8, 32, 128, 512];
const VIEWERS = 10_000;

// ---- a server of its own, as it is for production; it refuses root ----

const bin = readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`).at(-1);
const dir = mkdtempSync('/var/tmp/positions.');
const as = process.getuid() === 0
  ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env'];
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26, ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
  return done.stdout?.toString();
}
const program = (name, ...args) => run(as[0], [...as.slice(1), `${bin}/${name}`, ...args], { cwd: dir });
const pinned = (cpu, ...args) => run('taskset', ['-c', cpu, ...args], { cwd: dir });
const sql = (text) => program('psql', '-qAt', '-h', dir, '-U', 'primetime', '-c', text, 'bench').trim();

run('cargo', ['build', '--release', '--locked', '-p', 'viewers', '--example', 'positions'], { stdio: 'inherit' });
chmodSync(dir, 0o777);
program('initdb', '-D', `${dir}/data`, '-U', 'primetime', '-A', 'trust', '-E', 'UTF8', '--locale=C');
const server = spawn('taskset', ['-c', SERVER, ...as, `${bin}/postgres`, '-D', `${dir}/data`, '-k', dir,
  '-c', 'listen_addresses=', '-c', 'max_connections=600', '-c', 'shared_buffers=256MB'], { stdio: 'ignore', cwd: dir });
const ended = new Promise((resolve) => server.on('exit', resolve));
try {
  while (spawnSync(`${bin}/pg_isready`, ['-q', '-h', dir]).status !== 0) await pause(50);
  program('createdb', '-h', dir, '-U', 'primetime', 'bench');
  const url = `postgres://primetime@${dir.replaceAll('/', '%2F')}/bench`;

  // ---- the cases ----

  const committed = () => Number(sql(`SELECT xact_commit FROM pg_stat_database WHERE datname = 'bench'`));
  function ours(writers, rate = 0, length = seconds) {
    const before = committed();
    const said = pinned(CLIENT, `${root}target/release/examples/positions`, url, `${writers}`, `${length}`, `${rate}`);
    const result = JSON.parse(said);
    return { ...result, batch: result.writes / Math.max(1, committed() - before) };
  }
  ours(1, 0, 0.1); // the tables
  sql('CREATE TABLE peer (LIKE positions INCLUDING ALL)');
  const row = (viewer) => `('p' || (${viewer}), 'tram', 1, 2, 'tv', 3, 4, 0, 0, NULL::bigint)`;
  const again = `ON CONFLICT (profile, title) DO UPDATE SET position = excluded.position, duration = excluded.duration,
    device = excluded.device, seq = excluded.seq, at = excluded.at, finished = excluded.finished;`;
  writeFileSync(`${dir}/one.sql`, `\\set viewer random(1, ${VIEWERS})\nINSERT INTO peer VALUES ${row(':viewer')} ${again.replaceAll('\n', ' ')}\n`);
  function pgbench(script, connections) {
    const said = pinned(CLIENT, `${bin}/pgbench`, '-n', '-M', 'prepared', '-h', dir, '-U', 'primetime',
      '-c', `${connections}`, '-j', '1', '-T', `${seconds}`, '-f', `${dir}/${script}`, 'bench');
    // None where the time was over before all were connected.
    return { per_s: Number(/tps = ([\d.]+)/.exec(said)?.[1] ?? 0) };
  }
  // All rows of a statement are others, in one order, so that nobody waits for anybody in a circle.
  function bulk(rows, connections) {
    writeFileSync(`${dir}/bulk.sql`, `\\set viewer random(0, ${VIEWERS - rows})\nINSERT INTO peer SELECT 'p' || n, 'tram', 1, 2, 'tv', 3, 4, 0, 0, NULL::bigint `
      + `FROM generate_series(:viewer::int + 1, :viewer::int + ${rows}) n ${again.replaceAll('\n', ' ')}\n`);
    return { per_s: pgbench('bulk.sql', connections).per_s * rows };
  }

  // ---- one look at every number of connections, then the best ones against each other ----

  const latency = /fdatasync\s+([\d.]+) ops\/sec\s+([\d.]+) usecs/.exec(
    run(`${bin}/pg_test_fsync`, ['-s', '1', '-f', `${dir}/fsync`]));
  console.log(`one fdatasync of 8 kB: ${latency?.[2]} microseconds`);
  const best = (of) => CONNECTIONS.map((n) => ({ n, ...of(n) })).reduce((a, b) => (b.per_s > a.per_s ? b : a));
  const show = (name) => (found) => (console.log(name, JSON.stringify(found)), found);
  const mine = best((n) => show(`ours, ${n} at a time:`)(ours(n)));
  const theirs = best((n) => show(`one row, ${n} connections:`)(pgbench('one.sql', n)));
  const rows = Math.max(1, Math.round(mine.batch));
  const many = [1, 2, 4, 8].map((n) => ({ n, ...show(`${rows} rows, ${n} connections:`)(bulk(rows, n)) }))
    .reduce((a, b) => (b.per_s > a.per_s ? b : a));

  const report = new Report(out);
  const ratios = { one: [], bulk: [] };
  for (let round = 0; round < rounds; round++) {
    const a = ours(mine.n);
    const b = pgbench('one.sql', theirs.n);
    const c = bulk(rows, many.n);
    const d = ours(mine.n, a.per_s / 2);
    report.sample('ours', a);
    report.sample('one row', b);
    report.sample('bulk', c);
    report.sample('ours, half', d);
    ratios.one.push(a.per_s / b.per_s);
    ratios.bulk.push(a.per_s / c.per_s);
  }
  report.table();
  console.log('batch: writes in one transaction; the bottleneck is the busier of the two cores unless batch x fdatasync says the disk');
  report.goal('positions.vs_one_row', median(ratios.one), '>=', 5);
  report.goal('positions.vs_bulk', median(ratios.bulk), '>=', 0.7);
  report.goal('positions.p99_ms', median(report.samples('ours, half').map((sample) => sample.p99_ms)), '<', 50);
  report.save();
} finally {
  server.kill('SIGINT');
  await ended;
  rmSync(dir, { recursive: true, force: true });
}
