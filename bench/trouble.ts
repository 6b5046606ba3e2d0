// Which texts are said to have hidden trouble: npx tsx bench/trouble.ts FILE...
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readable } from '../src/text/files/readable.js';
import { resolveCorpus } from '../src/text/files/sources.js';
import { learnText } from '../src/text/learn.js';
import { troubleNotices } from '../src/text/trouble.js';

const folder = mkdtempSync(join(tmpdir(), 'charlstm-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const names = process.argv.slice(2);
let quiet = 0;
for (const name of names) {
  const { sources } = await resolveCorpus([name]);
  const found = await readable(sources, { encoding: 'auto', strip: true, folder, most: 1e9 });
  const decoding = { encoding: found.encoding, normalizeNewlines: true, strip: true };
  const reading = { sources: found.sources, decoding, collection: undefined };
  const notices = troubleNotices(await learnText(reading, folder, { known: [], seed: 1 }));
  if (notices.length === 0) quiet++;
  for (const notice of notices) console.log(`${name}: ${notice}`);
}
console.log(`${quiet} of ${names.length} texts are without a note`);
