// Pages and their JSON: ours against nginx and bare hyper with the same bytes, against Django and Go doing the same work.
// The server has one core, the client the other; in each round every case has its turn.
// ROUNDS=5 SECONDS=4 node bench/pages.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Report, median } from './lib/report.mjs';
import { ask, serve } from './lib/server.mjs';
import { load } from './lib/wrk.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const seconds = Number(process.env.SECONDS ?? 4);
const root = new URL('..', import.meta.url).pathname;
process.chdir(root);
const out = `${root}target/bench/pages`;
mkdirSync(out, { recursive: true });
const SERVER = 0;
const CLIENT = 1;
const EPISODES = 15_000;

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26, ...options });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}`);
  return done.stdout.toString();
}

// ---- what is compared ----

run('cargo', ['build', '--release', '--locked', '-p', 'primetime', '-p', 'web', '--bins', '--examples']);
const data = `${out}/${EPISODES}`;
if (!existsSync(`${data}/done`)) {
  rmSync(data, { recursive: true, force: true });
  run('target/release/primetime', ['bench-edition', '--data', data, '--episodes', String(EPISODES)]);
  writeFileSync(`${data}/done`, '');
}
const host = { Host: 'harbour.localhost' };
const ours = (cache, log = 'error') => serve(SERVER, 'target/release/primetime', [
  'serve', '--data', data, '--roles', 'site,origin', '--set', 'database.path=none', '--set', `log.filter=${log}`,
  '--set', `site.page_cache_mb=${cache}`, '--set', 'site.default_territory=US',
  '--listen', '127.0.0.1:18080', '--ops-listen', '127.0.0.1:19090',
], { port: 19090, path: '/readyz' });

// A browser's second request: it has the audience's cookie.
async function browser() {
  const first = await ask(18080, '/en/', host);
  if (first?.status !== 200) throw new Error(`the home page answers ${first?.status}: ${first?.body}`);
  const cookie = (first.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
  return { ...host, Cookie: cookie, 'Accept-Encoding': 'br' };
}

// One file, asked for by its name: nothing to look up.
const nginx = () => {
  const conf = `${out}/nginx.conf`;
  writeFileSync(conf, `
    daemon off; master_process off; worker_processes 1; pid ${out}/nginx.pid; error_log ${out}/nginx.log crit;
    events { worker_connections 1024; multi_accept on; use epoll; }
    http {
      access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 600s;
      open_file_cache max=100 inactive=600s; open_file_cache_valid 600s; default_type text/html; etag on;
      server { listen 127.0.0.1:18081; root ${out};
        add_header content-encoding br; add_header cache-control "public, max-age=60"; }
    }`);
  return serve(SERVER, 'nginx', ['-c', conf, '-p', out], { port: 18081, path: '/home.br' });
};
const hyper = (file) => serve(SERVER, 'target/release/examples/bare_hyper', ['127.0.0.1:18082', `${out}/${file}`], { port: 18082, path: '/' });

const python = `${out}/venv/bin/python`;
const django = (env) => serve(SERVER, `${out}/venv/bin/gunicorn`, [
  // As gunicorn advises: two workers a core and one; threads, so that connections are kept alive.
  '--workers', '3', '--worker-class', 'gthread', '--threads', '4', '--keep-alive', '600', '--bind', '127.0.0.1:18083',
  '--chdir', `${root}bench/peers`, '--log-level', 'critical', 'django_pages:application',
], { port: 18083, path: '/en/', headers: { Host: '127.0.0.1' }, env: { CATALOGUE: `${out}/django`, ...env } });
if (!existsSync(`${out}/django/done`)) {
  rmSync(`${out}/django`, { recursive: true, force: true });
  run('python3', ['-m', 'venv', `${out}/venv`]);
  run(python, ['-m', 'pip', 'install', '--quiet', 'Django==5.2.*', 'gunicorn==23.*']);
  run(python, ['bench/peers/django_pages.py', 'prepare', `${out}/django`]);
  writeFileSync(`${out}/django/done`, '');
}
run('go', ['build', '-o', `${out}/pages-go`, 'bench/peers/pages.go'], { env: { ...process.env, GO111MODULE: 'off', GOCACHE: `${out}/go` } });
const go = () => serve(SERVER, `${out}/pages-go`, ['127.0.0.1:18084'], { port: 18084, path: '/api/v1/en/home', env: { GOMAXPROCS: '1' } });

// Title pages in turn, in all languages: the cache holds a small part of them, so that each is made anew when its turn comes
// again; or (`edge`) one request in a hundred asks one.
function script(name, share) {
  const file = `${out}/${name}.lua`;
  writeFileSync(file, `
    local titles, languages, at, n = {}, {'en', 'ko', 'ja', 'es', 'ar'}, 0, 0
    for line in io.lines('${out}/titles.txt') do titles[#titles + 1] = line end
    function request()
      n = n + 1
      if n % ${share} ~= 0 then return wrk.format('GET', '/en/') end
      at = at + 1
      return wrk.format('GET', '/' .. languages[1 + math.floor(at / #titles) % 5] .. '/t/' .. titles[1 + at % #titles])
    end`);
  return file;
}

// ---- the rounds ----

const report = new Report(out);
let server = await ours(512);
const who = await browser();
const page = await ask(18080, '/en/', who);
const json = await ask(18080, '/api/v1/en/home', who);
writeFileSync(`${out}/home.br`, page.body);
const titles = [];
for (let show = 0; show < EPISODES / 15; show++) {
  const id = `show-${String(show).padStart(6, '0')}`;
  if ((await ask(18080, `/en/t/${id}`, who))?.status === 200) titles.push(id);
}
writeFileSync(`${out}/titles.txt`, titles.join('\n'));
await server.stop();
console.log(`home page: ${page.body.length} bytes br; its JSON: ${json.body.length} bytes br; ${titles.length} titles`);

const url = (port, path) => `http://127.0.0.1:${port}${path}`;
// What the site counted of its pages: how many of those asked for were made, and with how many endings made for them.
const shares = [];
async function counts() {
  const text = (await ask(19090, '/metrics')).body.toString();
  const count = (name) => Number(new RegExp(`^\\w*${name}(?:\\{.*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return ['site_pages_rendered', 'site_page_hits', 'site_endings_made', 'site_endings_shared'].map((name) => count(`${name}_total`));
}
function share(before, after) {
  const [rendered, hits, made, shared] = after.map((count, i) => count - before[i]);
  return `cold: ${rendered} pages made, ${hits} found made; of their endings ${made} made, ${shared} shared`;
}
const loaded = (target, options) => load(CLIENT, target, { seconds, ...options });
async function turn(name, start, target, options = {}) {
  const server = await start();
  try {
    const headers = typeof options.headers === 'function' ? await options.headers() : options.headers;
    await loaded(target, { ...options, headers, seconds: 1 }); // warm
    const before = await options.counts?.();
    report.sample(name, await loaded(target, { ...options, headers }));
    if (before) shares.push(share(before, await options.counts()));
  } finally {
    await server.stop();
  }
}

for (let round = 0; round < rounds; round++) {
  await turn('ours.hot', () => ours(512), url(18080, '/en/'), { headers: browser });
  await turn('nginx', nginx, url(18081, '/home.br'));
  await turn('hyper', () => hyper('home.br'), url(18082, '/'));
  await turn('ours.mixed', () => ours(512), url(18080, '/en/'), { headers: browser, script: script('edge', 100) });
  await turn('ours.cold', () => ours(1), url(18080, '/en/'), { headers: browser, script: script('cold', 1), counts });
  await turn('ours.json', () => ours(512), url(18080, '/api/v1/en/home'), { headers: browser });
  await turn('go.json', go, url(18084, '/api/v1/en/home'));
  await turn('django.cold', () => django({}), url(18083, '/en/'), { headers: { 'accept-encoding': 'gzip' } });
  await turn('django.cached', () => django({ CACHED: '1' }), url(18083, '/en/'), { headers: { 'accept-encoding': 'gzip' } });
}

const ratio = (a, b) => median(report.samples(a).map((sample, i) => sample.per_s / report.samples(b)[i].per_s));
report.table();
shares.forEach((line) => console.log(line));
report.goal('pages.hot_vs_nginx', ratio('ours.hot', 'nginx'), '>=', 1.2);
report.goal('pages.hot_vs_hyper', ratio('ours.hot', 'hyper'), '>=', 0.85);
report.goal('pages.mixed_vs_nginx', ratio('ours.mixed', 'nginx'), '>=', 1.0);
report.goal('pages.cold_vs_django', ratio('ours.cold', 'django.cold'), '>=', 150);
report.goal('pages.cached_vs_django', ratio('ours.hot', 'django.cached'), '>=', 50);
report.goal('pages.json_vs_go', ratio('ours.json', 'go.json'), '>=', 2);
report.save();
