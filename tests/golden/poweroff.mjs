// A machine is powered off while a viewer is in the middle of a download, which comes whole: poweroff.mjs SOCKET PORT
// SOCKET: systemd's debug shell on it. The picture is the one that inside.py made.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { get } from 'node:http';
import { once } from 'node:events';

const [path, port] = process.argv.slice(2);
const started = performance.now();
const [answer] = await once(get({ host: '127.0.0.1', port, path: '/i/00000000000000aa/640.webp', headers: { host: `harbour.localhost:${port}` } }), 'response');
assert.equal(answer.statusCode, 200);
// Nothing is read, so that most of it is still to be sent when the machine is told.
const shell = connect(path);
await once(shell, 'connect');
shell.resume();
shell.on('error', () => {}); // the machine went away
const off = once(shell, 'close');
shell.write('\nsystemctl poweroff\n');
await new Promise((resolve) => setTimeout(resolve, 3000));
let length = 0;
for await (const piece of answer) length += piece.length;
assert.equal(length, Number(answer.headers['content-length']));
await off;
console.log(`powered off in ${((performance.now() - started) / 1000).toFixed(1)} s: a download of ${length} bytes came whole`);
