// Files of every kind that is read, damaged or made to do harm: each is read or refused in plain words, in
// bounded time and memory, and nothing is written.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { TrainOptions } from '../../src/checkpoint/options.js';
import { UserError } from '../../src/errors.js';
import { temporaryFolder } from '../helpers/cli.js';
import { docx, epub, odt } from '../helpers/documents.js';
import { filesRead } from '../helpers/prepared.js';
import { damaged, type IntactFile } from './damaged-files.js';
import { tries } from './scale.js';

const MEGABYTES = 1e6;
/** Milliseconds until a file counts as hanging, even on a machine that is busy with other tests. */
const LONGEST = 20_000;

const root = await temporaryFolder();
const folder = join(root, 'in', 'here');
mkdirSync(folder, { recursive: true });

const LINES = Array.from({ length: 60 }, (_, i) => `Entry ${i}: the wind went north, & the café was "full".`);
const paragraphs = LINES.map((line) => `<p>${line.replace('&', '&amp;')}</p>`).join('\n');
const page = `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Log</title></head><body>${paragraphs}</body></html>`;
const csv = `kind,text\n${LINES.map((line, i) => `k${i % 3},"${line.replaceAll('"', '""')}"`).join('\n')}\n`;
const records = LINES.map((text, i) => JSON.stringify({ kind: i % 3, text }));

const INTACT: readonly IntactFile[] = Object.entries({
  'a.docx': docx(LINES),
  'a.odt': odt(LINES),
  'a.epub': epub({ chapters: [paragraphs, `<h1>Two</h1>${paragraphs}`] }),
  'a.html': page,
  'b.html.gz': page,
  'a.txt.gz': LINES.join('\n'),
  'a.csv': csv,
  'b.csv.gz': csv,
  'a.jsonl': records.join('\n'),
  'a.json': `[${records.join(',\n')}]`,
}).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes as Buffer) }));

const FILTERED: TrainOptions = { normalize: 'nfc', unwrap: true, maxMemory: 256 << 20 };

/** Reads a file, or returns the error. */
async function attempt(path: string, options: TrainOptions): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${path} takes too long`)), LONGEST);
  });
  try {
    await Promise.race([filesRead([path], folder, { ...FILTERED, ...options }), late]);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}

const everything = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();

it('intact files are read', async () => {
  for (const { name, bytes } of INTACT) {
    const path = join(folder, name);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    expect(await attempt(path, {}), name).toBeUndefined();
    rmSync(path);
  }
});

const count = tries(10_000, 200);
it(`${count} damaged files are read or refused in plain words, and nothing is written`, {
  timeout: 60 * 60_000,
}, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = everything();
  let heldBefore = 0;
  let [refused, most] = [0, 0];
  for (let seed = 0; seed < count; seed++) {
    if (seed === 100) heldBefore = held();
    const file = INTACT[seed % INTACT.length]!;
    const path = join(folder, file.name);
    writeFileSync(path, damaged(file, seed));
    // Half of them are not refused for being no UTF-8.
    const error = await attempt(path, seed % 20 < 10 ? {} : { encoding: 'auto' });
    rmSync(path);
    const what = `seed ${seed}, ${file.name}`;
    if (error !== undefined) {
      expect(error, `${what}: ${error instanceof Error ? error.stack : error}`).toBeInstanceOf(UserError);
      const { message, hint } = error as UserError;
      expect(`${message} ${hint}`, what).not.toMatch(/\n|undefined|\[object/);
      expect(message.length, what).toBeLessThan(1000);
      refused++;
    }
    most = Math.max(most, process.memoryUsage.rss());
  }
  expect(everything()).toEqual(before);
  expect(held() - heldBefore).toBeLessThan(50 * MEGABYTES);
  expect(most).toBeLessThan(1500 * MEGABYTES);
  // Damage in a text is text; in an archive it is usually noticed.
  expect(refused / count).toBeGreaterThan(0.2);
  expect(refused / count).toBeLessThan(0.8);
});
