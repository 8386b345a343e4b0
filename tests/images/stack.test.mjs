// The stack on one machine: every role in a container of its own, behind a balancer. Nobody notices when a site goes.
import assert from 'node:assert/strict';
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

test('a worker makes pictures, and an origin sends them', async () => {
  let picture;
  await until('a page with a picture', async () => (picture = /\/i\/[^"' ]+?\.webp/.exec((await page()).text)?.[0]), logs);
  const answer = await get(PORT, picture, HOST);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'image/webp');
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
