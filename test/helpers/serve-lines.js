// Runs the command lines that its parent sends, one after the other, in one process: starting a process for
// each would take ten times as long. Each one's output ends with its exit code.

import { main } from '../../dist/cli/main.js';

for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
process.on('message', async ({ cwd, argv }) => {
  process.chdir(cwd);
  process.exitCode = undefined;
  await main(argv);
  for (const stream of [process.stdout, process.stderr])
    stream.write(`\n== ended with ${process.exitCode ?? 0}\n`);
});
