/**
 * How texts begin: of 300 texts, how many begin with a character that no line of the corpus begins with, and
 * how many first lines are whole records, without a prompt and with the beginning of a record as prompt. Each
 * with the lead-in and without. The corpora are trained with the defaults, but for 1000 steps at most.
 *
 *     npx tsx bench/beginnings.ts [folder]    keeps the trained runs in the folder and uses those it has
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateMany } from '../src/api/generate.js';
import { load } from '../src/api/load.js';
import type { CharacterModel } from '../src/checkpoint/checkpoint.js';
import { table } from '../src/format.js';
import type { GenerateOptions } from '../src/sample/options.js';
import { RECORD_TEXTS, type RecordText } from './record-texts.js';

const TEXTS = 300;
const OPTIONS: GenerateOptions = { until: 'line', temperature: 0.8, length: 400 };

const kept = process.argv[2];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'charlstm-bench-'));
const rows: string[][] = [];
for (const [name, make] of Object.entries(RECORD_TEXTS)) {
  const corpus = make();
  const out = join(folder, name);
  if (!existsSync(out)) trainOn(corpus.text, out, name === 'minimal' ? 100 : 1000);
  const model = await load(out);
  const cold = await measure(model, corpus, false);
  const warm = await measure(model, corpus, true);
  rows.push([name, ...cold.map((count, i) => `${count} > ${warm[i]}`)]);
}
console.log(`of ${TEXTS} texts, from zero state > after a lead-in\n`);
console.log(table([['corpus', 'wrong first characters', 'whole records', 'with a prompt'], ...rows]));
if (kept === undefined) rmSync(folder, { recursive: true });
process.exit(); // helper threads never end

function trainOn(text: string, out: string, steps: number): void {
  const program = fileURLToPath(new URL('../bin/charlstm.js', import.meta.url));
  const args = ['train', '-', '--out', out, '--steps', String(steps), '--texts', 'whole', '--ui', 'json'];
  execFileSync(process.execPath, [program, ...args], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
}

/** Counts wrong first characters, whole records, and whole records with a prompt. */
async function measure(model: CharacterModel, corpus: RecordText, leadIn: boolean): Promise<number[]> {
  const firsts = new Set(corpus.text.split('\n').map((line) => Array.from(line)[0]));
  const plain = await write(model, { leadIn });
  const prompted = await write(model, { leadIn, prompt: corpus.prompt });
  return [
    plain.filter((text) => !firsts.has(Array.from(text)[0])).length,
    plain.filter((text) => corpus.isWellFormed(firstLine(text))).length,
    prompted.filter((text) => corpus.isWellFormed(firstLine(corpus.prompt + text))).length,
  ];
}

async function write(model: CharacterModel, options: GenerateOptions): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of generateMany(model, TEXTS, { ...OPTIONS, ...options })) texts.push(text);
  return texts;
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
