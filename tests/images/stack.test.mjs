// The stack on one machine: every role in a container of its own, behind a balancer. Nobody notices when a site goes.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { get, podman, podmanLater, run, until } from './podman.mjs';

const PORT = 18580;
const HOST = `harbour.localhost:${PORT}`;
const env = {
  ...process.env,
  STACK_DIR: 'target/stack-test', STACK_PORT: String(PORT), STACK_STATE_PORT: '18581',
  STACK_BINARY: process.env.STACK_BINARY ?? 'target/debug/primetime',
};
const stack = (...args) => run('scripts/stack', args, { env });
const page = () => get(PORT, '/en/', HOST);
const logs = () => podman('logs', '--tail', '20', 'stack-worker');

before(() => {
  stack('down', '--data');
  console.log(stack('up', process.env.MASTERS ?? 'demo/.cache/masters'));
});
after(() => stack('down', '--data'));

test('what a viewer does at one site is known at the other, in PostgreSQL; what is sent lies in the bucket', async () => {
  const kept = (path) => run('find', [`target/stack-test/data/objects/primetime/${path}`, '-type', 'f']).trim().split('\n').length;
  assert.ok(kept('editions') > 0, 'the edition');
  const psql = (query) => podman('exec', '--env', `PGPASSWORD=${readFileSync('target/stack-test/secrets/database', 'utf8').trim()}`, 'stack-database',
    '/usr/lib/postgresql/15/bin/psql', '-h', '10.89.77.3', '-U', 'primetime', '-d', 'postgres', '-tAc', query).trim();
  assert.ok(Number(psql('SELECT count(*) FROM documents')) > 5, 'the catalogue');
  // A viewer whose two requests meet two sites.
  const jar = new Map();
  const ask = (site, method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { host: HOST, cookie: [...jar].map((pair) => pair.join('=')).join('; '), 'content-type': 'application/json' };
      const request = http.request({ host: `10.89.77.1${site}`, port: 8080, method, path, headers, agent: false }, (answer) => {
        for (const cookie of answer.headers['set-cookie'] ?? []) jar.set(...cookie.split(';')[0].split(/=(.*)/s).slice(0, 2));
        let text = '';
        answer.on('data', (data) => (text += data));
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
      });
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  // A profile begins with a play, and a play with a title that the worker has encoded: any that is on the page.
  let title;
  await until('a title that plays', async () => {
    const slugs = new Set([...(await ask(1, 'GET', '/en/')).text.matchAll(/\/en\/t\/([a-z0-9-]+)/g)].map((found) => found[1]));
    for (const slug of slugs) {
      const played = await ask(1, 'POST', '/api/v1/playback', { title: slug });
      if (played.status === 200) title = JSON.parse(played.text).title;
    }
    return title;
  }, logs);
  const put = await ask(1, 'PUT', `/api/v1/positions/${title}`, { seconds: 7, duration: 100, device: 'desk', seq: 1 });
  assert.equal(put.status, 204, put.text);
  const known = await ask(2, 'GET', `/api/v1/me/progress?ids=${title}`);
  assert.equal(JSON.parse(known.text).titles[0].position, 7, known.text);
  assert.equal(psql('SELECT count(*) FROM positions'), '1');
});

test('a worker makes pictures, and an origin sends them', async () => {
  let picture;
  await until('a page with a picture', async () => (picture = /\/i\/[^"' ]+?\.webp/.exec((await page()).text)?.[0]), logs);
  const answer = await get(PORT, picture, HOST);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'image/webp');
});

test('a command from chat reaches the studio, if it is signed', async () => {
  const secret = readFileSync('target/stack-test/secrets/chat', 'utf8').trim();
  const say = async (secret) => {
    const stamp = Math.floor(Date.now() / 1000);
    const body = 'team_id=T1&channel_id=C1&user_id=U1&user_name=x&command=%2Fprimetime&text=status&trigger_id=1.2.3';
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`;
    const headers = { host: HOST, 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature };
    const request = http.request({ host: '127.0.0.1', port: PORT, method: 'POST', path: '/ops/chat', headers, agent: false });
    request.end(body);
    const [answer] = await once(request, 'response');
    return { status: answer.statusCode, text: Buffer.concat(await answer.toArray()).toString() };
  };
  assert.equal((await say('somebody else')).status, 401);
  const answer = await say(secret);
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /site/);
});

test('a site that is stopped takes no request with it, and one that comes back is asked again', async () => {
  let stop = false;
  const statuses = new Map();
  const asking = Array.from({ length: 4 }, async () => {
    while (!stop) {
      const { status } = await page();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  await podmanLater('stop', '--time', '30', 'stack-site-1');
  assert.equal(podman('inspect', '--format', '{{.State.ExitCode}}', 'stack-site-1'), '0');
  const up = async () => (await get(18581, '/;csv')).text.split('\n').filter((line) => /^sites,site-.*,UP,/.test(line)).length;
  await until('one site', async () => (await up()) === 1);
  podman('start', 'stack-site-1');
  await until('two sites', async () => (await up()) === 2);
  stop = true;
  await Promise.all(asking);
  assert.deepEqual([...statuses.keys()], [200], `answers: ${JSON.stringify([...statuses])}`);
  console.log(`${statuses.get(200)} pages while a site went and came back`);
});
