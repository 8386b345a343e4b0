// Bake and boot times of the golden image: whole (host and release), and when only the binary changed (release alone).
// ROUNDS times, alternating; raw samples in target/bench/image. No goal: without KVM the emulator is what is measured.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';

import { Report } from './lib/report.mjs';

const top = new URL('..', import.meta.url).pathname;
const dir = `${top}target/bench/image`;
const binary = process.env.IMAGE_BINARY ?? `${top}target/release/primetime`;
const rounds = Number(process.env.ROUNDS ?? 5);
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
const run = (command, args, env = {}) =>
  execFileSync(command, args, { cwd: top, encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
const seconds = (from) => (performance.now() - from) / 1000;

run('scripts/bench-data', [`${dir}/data.ext4`], { BINARY: binary });
run('scripts/bake-image', [binary, `${dir}/warm`]); // so that the base and Ansible are there
const report = new Report(dir);
for (let round = 0; round < rounds; round += 1) {
  for (const [name, env] of [['whole', { FRESH: '1' }], ['binary only', {}]]) {
    const from = performance.now();
    run('scripts/bake-image', [binary, `${dir}/image`], env);
    const bake_s = seconds(from);
    const said = run('scripts/boot-image', [`${dir}/image/golden.qcow2`, `${dir}/data.ext4`, '18490', 'true']);
    const boot_s = Number(said.match(/boot to HTTP ([\d.]+)/)[1]);
    report.sample(name, { bake_s, boot_s, image_mb: statSync(`${dir}/image/golden.qcow2`).size / 1e6 });
  }
}
report.table();
report.save();
