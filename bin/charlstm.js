#!/usr/bin/env node
// Checks what must be known before anything is loaded, then hands over to the built program.
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  process.stderr.write(`charlstm: Node ${process.versions.node} is too old. Install Node 20 or later.\n`);
  process.exit(2);
}
// chalk knows FORCE_COLOR and --no-color, but not NO_COLOR (no-color.org).
if (process.env.NO_COLOR) process.env.FORCE_COLOR = '0';
// React's development build, which ink would load otherwise, leaks memory with every frame.
process.env.NODE_ENV = 'production';

const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
