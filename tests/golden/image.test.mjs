// The golden image, baked twice, compared, booted and asked for a page. Long: `make test-golden`, not `make test`.
// IMAGE_BINARY names the binary to bake in, INSIDE the checks of inside.py to do, if not all. Needs root, as the owners of an image's files do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

const top = new URL('../..', import.meta.url).pathname;
const work = `${top}target/image-test`;
const binary = process.env.IMAGE_BINARY ?? `${top}target/release/primetime`;
const run = (command, args, env = {}) =>
  execFileSync(command, args, { cwd: top, encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });

mkdirSync(work, { recursive: true });

test('a second convergence changes nothing', () => {
  run('scripts/ansible', []);
  if (!existsSync(`${top}target/image/base/root.tar`)) run('deploy/image/base/build', ['target/image/base']);
  const root = `${work}/root`;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  run('tar', ['-C', root, '--numeric-owner', '-xpf', 'target/image/base/root.tar']);
  mkdirSync(`${top}target/image-test/bin`, { recursive: true });
  copyFileSync(binary, `${work}/bin/primetime`);
  const payload = Buffer.from(JSON.stringify({ name: 'seen-~~~' })).toString('base64url');
  writeFileSync(`${work}/bin/release.json`, JSON.stringify({ payload }));
  const bin = '/mnt/repo/target/image-test/bin';
  const changed = (playbook) => {
    const said = run('deploy/image/converge', [root, playbook, 'seal=false', `binary=${bin}/primetime`, `release=${bin}/release.json`]);
    const recap = said.match(/changed=(\d+) .*unreachable=0 +failed=0/);
    assert.ok(recap, said);
    return Number(recap[1]);
  };
  for (const playbook of ['host.yml', 'release.yml']) {
    assert.ok(changed(playbook) > 0, `${playbook} did something the first time`);
    assert.equal(changed(playbook), 0, `${playbook}, the second time`);
  }
  rmSync(root, { recursive: true });
});

const release = `${work}/release`;

test('baking twice gives the same files', () => {
  for (const old of [release, `${release}.machine`]) rmSync(old, { recursive: true, force: true });
  const build = ['release', 'build', '--machine', '--binary', binary, '--out', release,
    '--commit', 'aaaaaaaaaaaa', '--created', '2026-03-01T20:00:00Z', '--data', `${work}/keys`];
  const [first, second] = [1, 2].map(() => run(binary, build, { FRESH: '1' }));
  process.stdout.write(first + second);
  assert.match(first, /Written to .*release\.machine/);
  assert.match(second, /release\.machine has it already: this bake gave the same files/);
  const files = readFileSync(`${release}.machine/manifest.txt`, 'utf8').split('\n');
  assert.ok(files.some((line) => line.startsWith('./usr/bin/primetime')), 'the binary is on it');
  assert.ok(files.some((line) => line.startsWith('./usr/lib/primetime/containers/')), 'the container image is in podman\'s read-only store');
  assert.ok(!files.some((line) => /sshd|authorized_keys|ssh_host|\/bake-ssh/.test(line)), 'nothing to get in by is left');
  // Another bill would have been another image, and an error.
  const bill = JSON.parse(readFileSync(`${release}.machine/bom.cdx.json`, 'utf8'));
  const names = bill.components.map(({ name }) => name);
  const [kernel] = bill.components.filter(({ name }) => /^linux-image-[\d.-]+-cloud-amd64$/.test(name));
  assert.match(kernel.purl, /^pkg:deb\/debian\/linux-image-.*@6\..*\?arch=amd64$/);
  for (const name of ['primetime', 'systemd', 'podman', 'chrony', 'libc6']) assert.ok(names.includes(name), name);
  assert.ok(!names.includes('openssh-server'), 'what was sealed away is on no bill');
  assert.match(run(binary, ['release', 'verify', `${release}.machine`, '--data', `${work}/keys`]), /as it was signed/);
});

test('the image boots and serves a page', () => {
  run('scripts/bench-data', [`${work}/data.ext4`], { BINARY: binary });
  const said = run('scripts/boot-image', [`${release}.machine/golden.qcow2`, `${work}/data.ext4`, '18470', 'node', 'tests/golden/shot.mjs', '18470', `${work}/page.png`]);
  assert.match(said, /boot to HTTP [\d.]+/);
  assert.match(said, /title: .+/);
  process.stdout.write(said);
});

// What systemd's checks need, as a disk: inside.py says what.
function forInside() {
  const inside = `${work}/inside`;
  rmSync(inside, { recursive: true, force: true });
  for (const folder of ['next', 'catalogue/masters']) mkdirSync(`${inside}/${folder}`, { recursive: true });
  const next = `${work}/next`;
  rmSync(next, { recursive: true, force: true });
  run(binary, ['release', 'build', '--binary', binary, '--out', next, '--commit', 'bbbbbbbbbbbb', '--created', '2026-03-02T20:00:00Z',
    '--data', `${work}/keys`]);
  copyFileSync(`${next}/release.json`, `${inside}/next/release.json`);
  const names = [release, next].map((dir) => {
    const { payload } = JSON.parse(readFileSync(`${dir}/release.json`, 'utf8'));
    return JSON.parse(Buffer.from(payload, 'base64').toString()).name;
  });
  writeFileSync(`${inside}/names.json`, JSON.stringify(names));
  copyFileSync(`${work}/keys/keys/release.pub`, `${inside}/release.pub`);
  copyFileSync(`${top}deploy/podman/primetime-viewing.service`, `${inside}/primetime-viewing.service`);
  copyFileSync(`${top}tests/golden/inside.py`, `${inside}/inside.py`);
  copyFileSync(`${top}tests/golden/catalogue.yaml`, `${inside}/catalogue/catalogue.yaml`);
  run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=128x72:rate=25:duration=10', '-c:v', 'libx264', '-pix_fmt', 'yuv420p',
    `${inside}/catalogue/masters/ferry.mp4`]);
  run('tar', ['-C', inside, '-cf', `${inside}.tar`, '.']);
  return `${inside}.tar`;
}

test('under its systemd the units start, are watched, drain, roll, encode, and lose no request', () => {
  const shell = `${work}/shell`;
  const command = 'mkdir -p /run/test; tar -C /run/test -xf /dev/vdc; systemctl is-system-running --wait; python3 /run/test/inside.py ' + (process.env.INSIDE ?? '');
  const said = run('scripts/boot-image', [`${release}.machine/golden.qcow2`, `${work}/data.ext4`, '18470',
    'sh', '-c', `node tests/golden/shell.mjs "$1" "$2"; node tests/golden/poweroff.mjs "$1" 18470 || echo 'not ok poweroff'`, 'sh', shell, command],
  { DEBUG_SHELL: shell, DISK: forInside() });
  process.stdout.write(said);
  assert.match(said, /^done$/m);
  assert.doesNotMatch(said, /^not ok/m);
  assert.match(said, /^powered off/m);
});
