// A load by wrk, pinned to a core of its own: requests a second, and latency in milliseconds. Errors end the bench.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export async function load(cpu, url, { seconds = 4, connections = 32, headers = {}, script } = {}) {
  const args = ['-c', String(cpu), 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  if (script) args.push('-s', script);
  const child = spawn('taskset', [...args, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`wrk ended with ${code}`);
  if (/Socket errors|Non-2xx/.test(text)) throw new Error(`errors under load at ${url}:\n${text}`);
  const latency = (percent) => {
    const [, number, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(text);
    return Number(number) * { us: 0.001, ms: 1, s: 1_000 }[unit];
  };
  return { per_s: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), p50_ms: latency(50), p99_ms: latency(99) };
}
