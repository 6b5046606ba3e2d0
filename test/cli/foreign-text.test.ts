// Text that people type, paste or pipe in meets models that know it in another form.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { events, expectFailure, run, temporaryFolder } from '../helpers/cli.js';

const folder = await temporaryFolder();
const CORPUS = 'The sea, the sea! Ann has 12 cats.\nBob "sat" here;\n\nZoé ran café.\n'.repeat(40);
const ENDS = { lf: '\n', crlf: '\r\n', cr: '\r' } as const;
type Ends = keyof typeof ENDS;
const withEnds = (text: string, ends: Ends) => text.replaceAll('\n', ENDS[ends]);

/** Models of texts with each line end, of characters and of bytes, and of texts with other peculiarities. */
const MODELS = {
  lf: [CORPUS, '--encoding', 'utf8'],
  crlf: [withEnds(CORPUS, 'crlf'), '--no-normalize-newlines'],
  cr: [withEnds(CORPUS, 'cr'), '--no-normalize-newlines'],
  bytes: [withEnds(CORPUS, 'crlf'), '--encoding', 'bytes'],
  nfd: [CORPUS.normalize('NFD'), '--encoding', 'utf8'],
  dna: ['ACGTTGCAAC'.repeat(200), '--encoding', 'utf8'],
  tex: ['\\alpha + \\theta = \\nabla @ana -\n'.repeat(60), '--encoding', 'utf8'],
} as const;

beforeAll(async () => {
  const size = [
    ...['--hidden', '24', '--layers', '1', '--dropout', '0', '--batch-size', '8', '--seq-length', '16'],
    ...['--steps', '120', '--eval-every', '120'],
  ];
  for (const [name, [text, ...flags]] of Object.entries(MODELS)) {
    writeFileSync(join(folder, `${name}.txt`), text);
    expect((await run(folder, ['train', `${name}.txt`, ...size, ...flags, '--out', name])).code).toBe(0);
  }
  for (const ends of ['lf', 'crlf', 'cr'] as const) {
    writeFileSync(join(folder, `nfd-${ends}.txt`), withEnds(CORPUS.normalize('NFD'), ends));
  }
});

const sample = (model: string, args: readonly string[], input?: string) =>
  run(folder, ['sample', model, '--seed', '1', '--length', '60', ...args], { input });

/** The prompt as the model read it. */
async function readBy(model: string, args: readonly string[], input?: string): Promise<unknown> {
  const { stdout, stderr } = await sample(model, ['--json', ...args], input);
  expect(stderr).not.toContain('charlstm:');
  return events(stdout)[0]!.prompt;
}

describe('line ends and accents', () => {
  it.each(['lf', 'crlf', 'cr', 'bytes'] as const)('of any kind are those of the model %s', async (model) => {
    const ends = model === 'bytes' ? 'crlf' : model;
    const own = withEnds('here;\n\nZoé ', ends);
    expect(await readBy(model, ['--prompt', 'here;\\n\\nZoe\u0301 '])).toBe(own);
    expect(await readBy(model, ['--prompt', '-'], 'here;\r\n\r\nZoe\u0301 ')).toBe(own);
  });

  it('are understood however a prompt is given', async () => {
    const own = 'here;\r\n\r\nZoé ';
    expect(await readBy('crlf', ['--prompt', 'here;\\r\\n\\r\\nZoé '])).toBe(own);
    expect(await readBy('crlf', ['--prompt', 'here;\r\rZoé '])).toBe(own);
    writeFileSync(join(folder, 'prompt.txt'), 'here;\n\nZoé ');
    expect(await readBy('crlf', ['--prompt', '@prompt.txt'])).toBe(own);
  });

  it.each(['lf', 'crlf', 'cr', 'bytes'] as const)('are no part of what ends at them: %s', async (model) => {
    const whole = (await sample(model, ['--length', '400'])).stdout;
    const ends = ENDS[model === 'bytes' ? 'crlf' : model];
    const first = whole.slice(0, whole.search(/(?<=\S *)(\r\n|[\r\n])/));
    expect(whole.slice(first.length).startsWith(ends)).toBe(true);
    const long = ['--length', '400'];
    expect((await sample(model, [...long, '--until', 'line'])).stdout).toBe(first);
    expect(events((await sample(model, [...long, '--until', 'line', '--json'])).stdout)[0]!.text).toBe(first);
    expect((await sample(model, [...long, '--stop', '\\n'])).stdout).toBe(whole.split(ends)[0]);
    expect((await sample(model, ['--ban', '\\n'])).stdout).not.toMatch(/[\r\n]/);
    if (model !== 'crlf') return;
    const ending = await sample(model, ['--ending', '\\nZoé ran', '--length', '20', '--candidates', '8']);
    expect(ending.stdout.endsWith(`${ends}Zoé ran`)).toBe(true);
  });

  it.each(['lf', 'crlf', 'bytes', 'nfd'])('change no loss, and accents are noted: %s', async (model) => {
    const loss = async (text: string) => {
      const { stdout, stderr } = await run(folder, ['eval', model, '--text', text, '--json']);
      const { loss, characters } = JSON.parse(stdout) as { loss: number; characters: number };
      return { loss, characters, note: stderr };
    };
    const own = await loss(`${model === 'bytes' ? 'crlf' : model}.txt`);
    expect(own.note).toBe('');
    for (const ends of ['lf', 'crlf', 'cr']) {
      const other = await loss(model === 'nfd' ? `${ends}.txt` : `nfd-${ends}.txt`);
      expect(other).toMatchObject({ loss: own.loss, characters: own.characters });
      expect(other.note).toMatch(/80 characters .* as the model knows them/);
    }
  });

  it('are read like that by the views, too', async () => {
    const ofLine = async (text: string) => {
      const { stdout } = await run(folder, ['eval', 'crlf', '--text', text, '--lines', '--json']);
      return events(stdout).filter((line) => 'line' in line);
    };
    const lines = await ofLine('nfd-lf.txt');
    expect(lines).toEqual(await ofLine('crlf.txt'));
    expect(lines.slice(0, 2)).toMatchObject([
      { line: 1, text: 'The sea, the sea! Ann has 12 cats.', characters: 36 },
      { line: 2, text: 'Bob "sat" here;', characters: 17 },
    ]);
    expect((await ofLine('cr.txt')).length).toBe(lines.length);
    const gates = async (text: string) =>
      (await run(folder, ['inspect', 'gates', 'lf', '--text', text, '--json'])).stdout.replaceAll(text, '');
    expect(await gates('nfd-crlf.txt')).toBe(await gates('lf.txt'));
  });

  it('--ban with a decomposed letter bans that letter only', async () => {
    const { stdout } = await sample('lf', ['--ban', 'e\u0301', '--length', '300']);
    expect(stdout).not.toContain('é');
    expect(stdout).toContain('e');
    const decomposed = await sample('nfd', ['--ban', 'é', '--length', '300']);
    expect(decomposed.stdout).toContain('e');
  });
});

describe('what a shell passes on', () => {
  it('\\n, \\t, \\r and \\\\ are read, and other backslashes stay', async () => {
    expect(await readBy('tex', ['--prompt', '\\\\theta = \\alpha\\n'])).toBe('\\theta = \\alpha\n');
    const { stderr } = await sample('tex', ['--prompt', '\\nabla']);
    expect(stderr).toContain("note --prompt: \\n in '\\nabla' is read as a line break; write \\\\nabla");
    expect((await sample('tex', ['--stop', '\\n', '--prompt', '\\\\nabla'])).stderr).not.toContain('note');
    writeFileSync(join(folder, 'tex-prompt.txt'), '\\nabla');
    expect(await readBy('tex', ['--prompt', '@tex-prompt.txt'])).toBe('\\nabla');
    const step = await run(folder, ['inspect', 'step', 'tex', '--prompt', '@tex-prompt.txt', '--json']);
    expect((JSON.parse(step.stdout) as { steps: unknown[] }).steps.length).toBe(6);
  });

  it('@@ is an @ at the beginning, and a file that does not exist says so', async () => {
    expect(await readBy('tex', ['--prompt', '@@ana '])).toBe('@ana ');
    expectFailure(await sample('tex', ['--prompt', '@ana ']), 66, /'ana ' does not exist/, /@@/);
  });

  it('a line end at the end of a file is dropped if the model knows none', async () => {
    expect(await readBy('dna', ['--prompt', '-'], 'ACGT\n')).toBe('ACGT');
    expect(await readBy('tex', ['--prompt', '-'], 'ana\r\n')).toBe('ana\n');
    expectFailure(await sample('dna', ['--prompt', 'ACGT\\n']), 65, 'U+000A');
    const { stdout } = await run(folder, ['eval', 'dna', '--text', '-', '--json'], { input: 'ACGTTGCA\r\n' });
    expect(JSON.parse(stdout)).toMatchObject({ characters: 7 });
  });
});

describe('texts that cannot be', () => {
  it('--stop with an unknown character is a note, and changes nothing', async () => {
    const plain = await sample('lf', []);
    const { stdout, stderr } = await sample('lf', ['--stop', '§']);
    expect(stdout).toBe(plain.stdout);
    expect(stderr).toBe("note no text ends at --stop '§': the model never saw '§' U+00A7\n");
    const both = await sample('lf', ['--stop', '§', '--stop', 'sea']);
    expect(both.stdout).toBe((await sample('lf', ['--stop', 'sea'])).stdout);
  });

  it.each(['--stop', '--ending', '--allow'])('%s refuses an empty text', async (flag) => {
    expectFailure(await sample('lf', [flag, '']), 2, `${flag} is empty`);
  });

  it('eval names as many unknown characters as sample', async () => {
    writeFileSync(join(folder, 'unknown.txt'), 'sea 03456789()<>');
    const message = /never saw: '0' U\+0030, .*'\)' U\+0029 and 2 more/;
    expectFailure(await run(folder, ['eval', 'lf', '--text', 'unknown.txt']), 65, message);
    expectFailure(await sample('lf', ['--prompt', '@unknown.txt']), 65, message);
  });
});
