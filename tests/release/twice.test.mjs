// The same commit, built in two folders of different lengths, each from nothing: the same bytes. Long: `make test-release`, not
// `make test`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';

const top = new URL('../..', import.meta.url).pathname;
const work = `${top}target/twice`;
const run = (command, args, cwd = top) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });

function built(name) {
  const clone = `${work}/${name}`;
  run('git', ['clone', '--quiet', top, clone]);
  run('make', ['--quiet', 'ui'], clone);
  // The release goes elsewhere; what cargo made is not needed any more.
  process.stdout.write(run(`${top}target/debug/primetime`, ['release', 'build', '--out', `${work}/${name}.release`, '--data', `${work}/keys`], clone));
  rmSync(clone, { recursive: true });
  return `${work}/${name}.release`;
}

test('two folders, one commit: the same bytes', () => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const [a, b] = ['a', 'a-folder-with-a-longer-name'].map(built);
  const files = (dir) => readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.slice(dir.length)).sort();
  assert.ok(files(a).includes('/primetime'), 'the binary is among them');
  assert.deepEqual(files(a), files(b));
  for (const file of files(a)) assert.ok(readFileSync(a + file).equals(readFileSync(b + file)), `${file} differs`);
  rmSync(work, { recursive: true });
});
