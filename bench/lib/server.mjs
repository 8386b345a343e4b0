// Servers of a bench, pinned to a core of their own.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

// An answer with its headers and its bytes as they came; undefined while nobody answers.
export function ask(port, path, headers = {}) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers, agent: false, timeout: 5_000 }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on('error', () => resolve(undefined));
    request.on('timeout', () => request.destroy());
  });
}

// Starts `command` on `cpu`; resolves when `path` answers 200. Call `stop` in the end.
export async function serve(cpu, command, args, { port, path, headers, env } = {}) {
  const child = spawn('taskset', ['-c', String(cpu), command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: { ...process.env, ...env },
  });
  let errors = '';
  child.stderr.on('data', (data) => (errors = (errors + data).slice(-4_000)));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const stop = async () => {
    if (child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
  };
  const deadline = performance.now() + 60_000;
  while ((await ask(port, path, headers))?.status !== 200) {
    if (child.exitCode === null && performance.now() < deadline) {
      await pause(50);
      continue;
    }
    await stop();
    throw new Error(`${command} does not serve ${path}: ${errors}`);
  }
  return { stop };
}
