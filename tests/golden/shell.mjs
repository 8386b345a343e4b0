// Runs a command in systemd's debug shell of a booted image, and says what it says: shell.mjs SOCKET COMMAND
import { connect } from 'node:net';

const [path, command] = process.argv.slice(2);
const shell = connect(path);
let said = '';
// The shell repeats what is typed: the mark is not typed in one piece.
shell.write(`\nstty -echo; ${command}; echo over'-and-'out\n`);
for await (const piece of shell) {
  const text = piece.toString().replaceAll('\r', '');
  process.stdout.write(text);
  said += text;
  if (said.includes('over-and-out')) break;
}
