import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf, readCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { resolveCheckpoint } from '../../../src/checkpoint/run.js';
import { pageText } from '../../../src/cli/eval/page.js';
import { graphemesOf, piecesOf } from '../../../src/cli/eval/pieces.js';
import { digitOf, stepOf, TINTS } from '../../../src/cli/output/tint.js';
import { harmless } from '../../../src/format.js';
import { surprises } from '../../../src/insight/surprise.js';
import { Network } from '../../../src/model/network.js';
import { textStart } from '../../../src/sample/opening.js';
import { Dataset } from '../../../src/text/dataset.js';
import { merged } from '../../../src/ui/text/tint.js';
import { events, expectFailure, run, start, temporaryFolder } from '../../helpers/cli.js';
import { PseudoTerminal } from '../../helpers/terminal.js';

const folder = await temporaryFolder();
const HOSTILE = `<script>alert("1 & 2")</script> it's\n\x1b[2J\x1b]0;title\x07\u202eabc\u2066 \x9b31m\r\n👨‍👩‍👧 e\u0301 鯨\tz\n\nlast`;
/** A line end is shown as one, whatever it consists of. */
const SHOWN = HOSTILE.replace('\r\n', '\n');

/** Trains a run that knows the characters of the hostile text, and one that knows plain text. */
beforeAll(async () => {
  await writeFile(join(folder, 'hostile.txt'), HOSTILE);
  await writeFile(join(folder, 'learn.txt'), `${HOSTILE}\n`.repeat(40));
  await writeFile(
    join(folder, 'plain.txt'),
    'The lamp was lit.\n\nThe wind went north, and the sea was rough.',
  );
  const tiny = ['--hidden', '16', '--layers', '2', '--embedding', '8', '--batch-size', '4', '--steps', '30'];
  await run(folder, ['train', 'learn.txt', ...tiny, '--out', 'hostile']);
  await run(folder, ['train', 'lighthouse', ...tiny, '--out', 'plain']);
});

const evaluate = (...args: string[]) => run(folder, ['eval', ...args]);
const plain = (...args: string[]) => evaluate('plain', '--text', 'plain.txt', ...args);

/** Returns the output for a terminal with many colours. */
async function coloured(...args: string[]): Promise<string> {
  const child = start(folder, ['eval', ...args], {
    env: { NO_COLOR: undefined, FORCE_COLOR: '3', COLORTERM: 'truecolor', TERM: 'xterm-256color' },
  });
  return (await child).stdout;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const stripped = (text: string) => text.replace(/\x1b\[[\d;]*m/g, '');
/** The output before the legend and the figures. */
const body = (stdout: string) => stdout.split('\n').slice(0, -5).join('\n');

describe('the surprise of each character', () => {
  it('is what a network gives that reads one by one from zero state, after a line break', async () => {
    const { path } = resolveCheckpoint(join(folder, 'plain'), 'best');
    const model = modelOf(await readCheckpoint(path));
    const { weights, vocabulary } = model;
    const dataset = new Dataset(join(folder, 'plain'), vocabulary.size);
    const stretch = { dataset, start: 1000, end: 1333 };
    const found: number[] = [];
    for (const { losses } of surprises(model, stretch, textStart(model))) found.push(...losses);
    const ids = dataset.read(1000, 333);
    const network = new Network(weights, { rows: 1, steps: 1, training: false });
    network.resetState();
    let last = vocabulary.idOf(10)!;
    for (const [i, id] of ids.entries()) {
      network.forward(Uint32Array.of(last));
      const { logits } = network;
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      expect(Math.abs(found[i]! - (Math.log(total) - logits[id]!))).toBeLessThan(1e-4);
      network.carry();
      last = id;
    }
    const pieces = [...piecesOf(surprises(model, stretch, textStart(model)), vocabulary)];
    expect(pieces.map(({ text, endsLine }) => text + (endsLine ? '\n' : '')).join('')).toBe(
      vocabulary.decode(ids),
    );
    expect(pieces.flatMap(({ losses }) => losses)).toEqual(found);
  });

  it('is fully preserved when grouped into graphemes and runs', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\u0301', '\u200d', '👧', '🇩', '\r', 'の') });
    fc.assert(
      fc.property(
        text,
        fc.boolean(),
        fc.infiniteStream(fc.float({ min: 0, max: 20, noNaN: true })),
        (raw, endsLine, draw) => {
          const whole = endsLine ? `${raw}\n` : raw;
          const losses = Array.from(whole, () => draw.next().value);
          const graphemes = [...graphemesOf({ text: raw, losses, endsLine })];
          expect(graphemes.map((glyph) => glyph.text).join('')).toBe(whole);
          const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
          expect(sum(graphemes.map(({ bits }) => bits)) * Math.LN2).toBeCloseTo(sum(losses), 6);
          const runs = [...merged(graphemes, ({ bits }) => TINTS[stepOf(bits)])];
          expect(runs.map((part) => part.text).join('')).toBe(whole);
          const steps = runs.map(({ bits }) => stepOf(bits));
          expect(steps.every((step, i) => step !== steps[i + 1])).toBe(true);
        },
      ),
    );
  });

  it('maps to tints and digits that rise with it', () => {
    expect([0, 0.99, 1, 2, 3.9, 4, 6, 8, 10, 40].map(stepOf)).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 7]);
    expect([0, 0.99, 1, 3.9, 9.99, 10, 40].map(digitOf).join('')).toBe('  139++');
    expect(stepOf(Number.POSITIVE_INFINITY)).toBe(TINTS.length - 1);
  });
});

describe('--lines', () => {
  it('prints a row for each line, even for a last one without a line feed, then the total', async () => {
    const { stdout, stderr } = await plain('--lines');
    expect(stderr).toBe('');
    const rows = stdout.split('\n');
    expect(rows[0]).toMatch(/^ +line +chars +nats +bits +perplexity +text$/);
    expect(rows[1]).toMatch(/^ +1 +18 +\d\.\d{3} +\d\.\d{3} +\d+\.\d\d {2}The lamp was lit\.$/);
    expect(rows[2]).toMatch(/^ +2 +1 +\d\.\d{3} +\d\.\d{3} +\d+\.\d\d$/);
    expect(rows[3]).toMatch(/^ +3 +43 .* {2}The wind went north, and the sea was rough\.$/);
    expect(rows[5]).toMatch(/\(once, 62 characters\)$/);
    expect(rows.length).toBe(8);
  });

  it('gives lines as JSON that add up to the total, which equals that of --protocol once', async () => {
    const objects = events((await plain('--lines', '--json')).stdout);
    const whole = objects.at(-1)! as Record<string, number>;
    const lines = objects.slice(0, -1) as { characters: number; loss: number; text: string }[];
    expect(lines.map(({ text }) => text).join('\n')).toBe(readFileSync(join(folder, 'plain.txt'), 'utf8'));
    expect(Object.keys(lines[0]!)).toEqual(['line', 'text', 'characters', 'loss', 'bpc', 'perplexity']);
    const sum = lines.reduce((nats, { characters, loss }) => nats + characters * loss, 0);
    expect(sum / 62).toBeCloseTo(whole.loss!, 10);
    expect(JSON.parse((await plain('--protocol', 'once', '--json')).stdout)).toEqual(whole);
  });

  it('ends with the most surprising lines of a longer text, by default the validation text', async () => {
    const { stdout } = await evaluate('plain', '--lines');
    const [table, surprising] = stdout.split('\nmost surprising lines of at least 20 characters:\n');
    const bits = surprising!
      .split('\n')
      .slice(0, 5)
      .map((row) => Number(row.trim().split(/ +/)[3]));
    const all = table!
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/ +/));
    const expected = all.filter((cells) => Number(cells[1]) >= 20).map((cells) => Number(cells[3]));
    expect(bits).toEqual(expected.sort((a, b) => b - a).slice(0, 5));
  });

  it('reads a single character from standard input', async () => {
    const { stdout } = await run(folder, ['eval', 'plain', '--text', '-', '--lines'], { input: 'T' });
    expect(stdout).toMatch(/ 1 +1 .*T\n/);
  });
});

describe('--heat', () => {
  it('prints the text itself once colours and visible line breaks are removed', async () => {
    const out = await coloured('plain', '--text', 'plain.txt', '--heat');
    expect(out).toContain('\x1b[38;2;');
    expect(out).toContain('\x1b[48;2;');
    const shown = body(stripped(out)).replaceAll('↵', '');
    expect(shown).toBe(readFileSync(join(folder, 'plain.txt'), 'utf8'));
  });

  it('prints digits below each row when colours are off, with a note', async () => {
    const { stdout, stderr } = await plain('--heat');
    expect(stderr).toMatch(/^note colours are off.*FORCE_COLOR=1.*NO_COLOR.*\n$/);
    expect(stdout).not.toContain('\x1b');
    const rows = body(stdout).split('\n');
    const text = rows.filter((_, i) => i % 2 === 0).join('\n');
    expect(text.replaceAll('↵', '')).toBe(readFileSync(join(folder, 'plain.txt'), 'utf8'));
    for (let i = 1; i < rows.length; i += 2) {
      expect(rows[i]).toMatch(/^[ 1-9+]*$/);
      expect(rows[i]!.length).toBeLessThanOrEqual(rows[i - 1]!.length);
    }
  });

  it('lets no escape sequence of the text reach the terminal', async () => {
    const args = ['hostile', '--text', 'hostile.txt'];
    const outputs = [
      stripped(await coloured(...args, '--heat')),
      (await evaluate(...args, '--heat')).stdout,
      (await evaluate(...args, '--lines')).stdout,
    ];
    for (const out of outputs) {
      expect(out).toContain('␛[2J');
      expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
    }
    expect(body(outputs[0]!).replaceAll('↵', '')).toBe(harmless(SHOWN).replaceAll('\t', '⇥'));
  });

  it('breaks lines between words at the width of a terminal', async () => {
    const terminal = new PseudoTerminal(folder, '$charlstm eval plain --text plain.txt --heat', {
      columns: 24,
      rows: 30,
      env: { COLORTERM: 'truecolor' },
    });
    expect(await terminal.ended).toBe(0);
    await terminal.until('the sea was rough.');
    const rows = terminal.lines.map((row) => row.replace(/↵$/, ''));
    expect(rows.slice(0, 4)).toEqual([
      'The lamp was lit.',
      '',
      'The wind went north, and',
      'the sea was rough.',
    ]);
  });

  it('ends quietly when the reader stops reading, and leaves nothing behind', async () => {
    await mkdir(join(folder, 'tmp'));
    const child = start(folder, ['eval', 'plain', '--text', 'lighthouse', '--heat'], {
      env: { TMPDIR: join(folder, 'tmp') },
    });
    child.stdout!.once('data', () => child.stdout!.destroy());
    expect((await child).exitCode).toBe(0);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });
});

/** Returns the text of a page, and whether all elements are closed in order. */
function parsed(page: string): { text: string; isWellFormed: boolean } {
  const open: string[] = [];
  let isWellFormed = true;
  for (const [, close, name, attributes] of page.matchAll(
    /<(\/?)([a-z]\w*)((?: [a-z-]+="[^"<>]*")*)(?: \/)?>/g,
  )) {
    if (name === 'meta') continue;
    if (close) isWellFormed &&= open.pop() === name && attributes === '';
    else open.push(name!);
  }
  const tags = /<\/?[a-z]\w*(?: [a-z-]+="[^"<>]*")*(?: \/)?>/g;
  const bare = page.replace('<!doctype html>', '').replace(tags, '');
  const main = /<main>([\s\S]*)<\/main>/.exec(page)![1]!.replace(tags, '');
  const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  const text = main.replace(/&([a-z]+|#39);/g, (_, name: string) => ENTITIES[name]!);
  return { text, isWellFormed: isWellFormed && open.length === 0 && !/[<>]/.test(bare) };
}

describe('--html', () => {
  it('writes a page with all of the text, none of it as markup', async () => {
    const { stdout, stderr, code } = await evaluate(
      'hostile',
      '--text',
      'hostile.txt',
      '--html',
      'page.html',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\(once, \d+ characters\)/);
    expect(stderr).toBe('page page.html\n');
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(parsed(page)).toEqual({ text: harmless(SHOWN), isWellFormed: true });
    expect(page).not.toMatch(/<script|https?:|url\(/);
    expect(page).toMatch(/<i class="t\d" title="\d+\.\d">👨‍👩‍👧<\/i>/);
    expect(page.match(/<b data-b="\d+\.\d\d" title="[^"]+"><\/b><\/div>/g)!.length).toBe(
      HOSTILE.split('\n').length,
    );
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('combines with --heat, --lines and --json, and replaces an existing page', async () => {
    for (const view of ['--heat', '--lines', '--json']) {
      const both = await plain(view, '--html', 'both.html');
      expect(both.stdout).toBe((await plain(view, '--protocol', 'once')).stdout);
      expect(parsed(readFileSync(join(folder, 'both.html'), 'utf8')).text).toMatch(
        /^The lamp[\s\S]* rough\.$/,
      );
    }
  });

  it('writes the page even if nobody reads the output, and keeps it small for a long text', async () => {
    const lighthouse = readFileSync(new URL('../../../corpora/lighthouse.txt', import.meta.url), 'utf8');
    await writeFile(join(folder, 'long.txt'), lighthouse.repeat(3));
    const child = start(folder, ['eval', 'plain', '--text', 'long.txt', '--heat', '--html', 'long.html']);
    child.stdout!.once('data', () => child.stdout!.destroy());
    expect((await child).exitCode).toBe(0);
    const page = readFileSync(join(folder, 'long.html'), 'utf8');
    expect(parsed(page)).toEqual({ text: lighthouse.repeat(3), isWellFormed: true });
    expect(page.length).toBeLessThan(12 * 3 * lighthouse.length);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    await mkdir(join(folder, 'stopped'));
    const place = join(folder, 'stopped');
    const child = start(
      folder,
      ['eval', 'plain', '--text', 'long.txt', '--heat', '--html', 'stopped/x.html'],
      {
        env: { TMPDIR: place },
      },
    );
    // Unread output fills the pipe, so the command cannot finish before the signal comes.
    child.stdout!.once('data', () => {
      child.stdout!.pause();
      child.kill('SIGINT');
    });
    child.once('exit', () => child.stdout!.resume());
    expect((await child).signal).toBe('SIGINT'); // which a shell reports as 130
    expect(readdirSync(place)).toEqual([]);
  });

  it('escapes whatever could be markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(pageText(text)).not.toMatch(/[<>"']|&(?!(lt|gt|amp|quot|#39);)/);
      }),
    );
  });

  it('says why a page cannot be written, and never replaces an input', async () => {
    const checkpoint = resolveCheckpoint(join(folder, 'plain'), 'best').path;
    await symlink('plain.txt', join(folder, 'link.html'));
    const before = readFileSync(checkpoint);
    for (const [place, code, message] of [
      ['nowhere/page.html', 73, /nowhere\/page\.html cannot be created there/],
      ['plain.txt/page.html', 73, /part of its path is not a folder/],
      ['hostile', 73, /hostile is a folder, not a file/],
      ['', 2, /--html is ""/],
      [checkpoint, 2, /is read by this command/],
      ['plain.txt', 2, /plain\.txt is read by this command/],
      ['link.html', 2, /link\.html is read by this command/],
    ] as const) {
      expectFailure(await plain('--html', place), code, message, /--html/);
    }
    expect(readFileSync(checkpoint).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});

it('eval names the options that exclude each other', async () => {
  expectFailure(await plain('--lines', '--heat'), 2, /--lines and --heat/);
  expectFailure(await plain('--heat', '--json'), 2, /--heat has no JSON form/);
  for (const view of [['--lines'], ['--heat'], ['--html', 'x.html']]) {
    for (const protocol of ['cold', 'stream']) {
      expectFailure(await plain(...view, '--protocol', protocol), 2, view[0]!, `--protocol ${protocol}`);
    }
  }
  expectFailure(await evaluate('hostile', '--text', 'plain.txt', '--heat'), 65, /never saw/);
});

it('eval reads the part of its own text that --split names', async () => {
  expect((await evaluate('plain', '--split', 'validation')).stdout).toBe((await evaluate('plain')).stdout);
  expectFailure(await evaluate('plain', '--split', 'test'), 66, 'kept no text for a test', '--test');
  expectFailure(await plain('--split', 'validation'), 2, '--split validation', '--text');
  expectFailure(await evaluate('plain', '--split', 'training'), 2, '--split');
});

it('eval says how much of a text the model never saw, and what became of it', async () => {
  await writeFile(join(folder, 'strange.txt'), `${'Ж'.repeat(320)}the old light\n`);
  const skipped = await evaluate('plain', '--text', 'strange.txt', '--unknown', 'skip', '--json');
  expect(JSON.parse(skipped.stdout)).toMatchObject({ characters: 13, leftOut: 320, replaced: 0 });
  expect(skipped.stderr).toContain('most of the text is unknown to the model: 320 of 334 characters (96%)');
  await writeFile(join(folder, 'accents.txt'), 'the öld light\n');
  const nearest = await evaluate('plain', '--text', 'accents.txt', '--unknown', 'nearest', '--json');
  expect(JSON.parse(nearest.stdout)).toMatchObject({ leftOut: 0, replaced: 1 });
  expect(nearest.stderr).toContain('1 of 14 characters (7.1%) were replaced');
});
