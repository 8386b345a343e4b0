// A real `primetime demo` in a data folder of its own: started, killed as by a power cut, started again.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const root = new URL('../..', import.meta.url).pathname;

export const PORT = 18181;
export const OPS = 19191;
export const url = (brand, path = '/') => `http://${brand}.localhost:${PORT}${path}`;

export class Server {
  data = process.env.BROWSER_DATA ?? mkdtempSync(join(tmpdir(), 'primetime-browser-'));
  masters = join(root, process.env.BROWSER_MASTERS ?? 'target/browser-masters');
  output = '';
  #child;

  // Starts it; resolves when /readyz says so, with the seconds that took.
  async start() {
    const began = performance.now();
    this.#child = spawn(process.env.BROWSER_BINARY ?? 'target/debug/primetime', [
      'demo', 'demo', '--masters', this.masters, '--data', this.data,
      '--listen', `127.0.0.1:${PORT}`, '--ops-listen', `127.0.0.1:${OPS}`,
    ], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on('data', (data) => (this.output += data));
    await this.until(async () => (await get(OPS, '/readyz')).status === 200, 'ready');
    return (performance.now() - began) / 1000;
  }

  // Waits until `holds`; fails with the server's last words when it ends or the time is over.
  async until(holds, what, minutes = 3) {
    const deadline = performance.now() + minutes * 60_000;
    while (!(await holds())) {
      const words = this.output.slice(-2_000);
      if (this.#child.exitCode !== null) throw new Error(`the server ended while waiting for ${what}:\n${words}`);
      if (performance.now() > deadline) throw new Error(`not ${what} in ${minutes} minutes:\n${words}`);
      await pause(100);
    }
  }

  kill(signal) {
    const gone = new Promise((resolve) => this.#child.once('exit', (code, by) => resolve({ code, by })));
    this.#child.kill(signal);
    return gone;
  }

  studioToken() {
    return readFileSync(join(this.data, 'secrets/studio.token'), 'utf8').trim();
  }

  async remove() {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) await this.kill('SIGKILL');
    if (!process.env.BROWSER_DATA) rmSync(this.data, { recursive: true, force: true });
  }
}

// A plain request to this machine, with any Host and headers; status 0 when nobody answers.
export function get(port, path, headers = {}, method = 'GET', body) {
  return new Promise((resolve) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (data) => (text += data));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on('error', () => resolve({ status: 0, headers: {}, text: '' }));
    request.end(body);
  });
}
