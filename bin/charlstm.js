#!/usr/bin/env node
// Checks what must be known before anything is loaded, then hands over to the built program.
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  process.stderr.write(`charlstm: Node ${process.versions.node} is too old. Install Node 20 or later.\n`);
  process.exit(2);
}
// chalk knows FORCE_COLOR and --no-color, but not NO_COLOR (no-color.org).
if (process.env.NO_COLOR) process.env.FORCE_COLOR = '0';

try {
  const { main } = await import('../dist/cli/main.js');
  await main(process.argv.slice(2));
} catch (error) {
  if (!['EMFILE', 'ENFILE', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) throw error;
  const isWindows = process.platform === 'win32';
  const hint = isWindows
    ? 'Install charlstm again.'
    : 'Raise the limit of this shell, for example with: ulimit -n 1024.';
  process.stderr.write(`charlstm: the program cannot be loaded: ${error.message}. ${hint}\n`);
  process.exitCode = 74;
}
