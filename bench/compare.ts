/**
 * Runs the same commands with two checkouts of charlstm and reports every difference in standard output, exit
 * codes, flags and the bytes of checkpoints: for changes that must not change what any command does.
 *
 *     npx tsx bench/compare.ts ../another-checkout
 *
 * Both checkouts must be built. What depends on the clock (speeds, times) is left out, and so is the wording
 * of texts meant for people: only their presence is compared.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const HERE = fileURLToPath(new URL('..', import.meta.url));

const SMALL = '--hidden 24 --layers 2 --batch-size 8 --seq-length 16 --ui json';
const NEW_RUNS = [
  `train text.txt --out checkpoints/lstm --steps 60 --eval-every 20 ${SMALL}`,
  `train text.txt --out checkpoints/rnn --steps 30 --cell rnn --dropout 0.2 --residual ${SMALL}`,
  `train text.txt --out checkpoints/gru --steps 30 --cell gru --layer-norm --lr 1e-2 --clip 0 ${SMALL}`,
  `train text.txt --out checkpoints/peephole --epochs 0.5 --cell peephole --coupled --forget-bias 3 ${SMALL}`,
  `train text.txt --out checkpoints/bytes --steps 20 --encoding bytes --val 0.2 --seed 9 --weight-decay 0 ${SMALL}`,
  `train text.txt --out checkpoints/stopped --steps 40 --stop-at 13 ${SMALL}`,
  'train --resume checkpoints/stopped --keep 3 --ui json',
  `train text.txt --out checkpoints/tuned --from checkpoints/lstm --steps 20 --ui json`,
  `train text.txt --out checkpoints/diverges --steps 200 --eval-every 2 --lr 10 --weight-decay 10 --clip 0 ${SMALL}`,
  'train --resume checkpoints/lstm --steps 80 --ui json',
  'train --resume format-1 --steps 12 --out checkpoints/format-1 --ui json',
  'train --resume format-2 --steps 12 --out checkpoints/format-2 --ui json',
];
const READING = [
  ...['lstm', 'rnn', 'gru', 'peephole', 'bytes', 'tuned', 'format-1', 'format-2'].flatMap((run) => {
    const path = run.startsWith('format') ? run : `checkpoints/${run}`;
    return [`sample ${path} --seed 3 --length 80`, `eval ${path} --json`, `info ${path} --json`];
  }),
  'sample checkpoints/lstm -n 3 --seed 1 --json --logprobs --temp 1..0.5 --min-p 0.05 --repetition-penalty 1.2',
  'sample checkpoints/lstm --beam 4 --length 40 --seed 1 --json',
  'sample checkpoints/lstm --prompt The --ending end. --seed 2 --candidates 8 --json',
  'sample checkpoints/lstm --match [a-z]{5} --seed 4 --no-copy 8 --copy-report',
  'sample checkpoints/lstm --until sentence --seed 5 --top-k 5 --top-p 0.9 --typical 0.9 --ban x --json',
  'eval checkpoints/lstm --protocol cold --json',
  'eval checkpoints/lstm --text text.txt --lines --json',
  'inspect cells checkpoints/lstm --json',
  'inspect cells checkpoints/lstm --layer 1 --unit 3 --json',
  'inspect gates checkpoints/gru --json',
  'inspect step checkpoints/peephole --prompt The --json',
  'inspect surprise checkpoints/lstm --json',
  'inspect gradients checkpoints/lstm checkpoints/rnn --max-lag 10 --places 8 --json',
  'inspect gradients --compare checkpoints/lstm --steps 20 --max-lag 10 --places 8 --json',
  'inspect memory --lags 2,4 --steps 20 --json',
  'doctor checkpoints/lstm --json',
  'doctor checkpoints/diverges --json',
  'runs --json',
  'corpora --json',
  'import checkpoints/lstm/none.safetensors',
  'sample --temp x',
  'sample --tmp 1',
  'sample nowhere',
  'sample checkpoints/lstm --prompt § --seed 1',
  'train nowhere.txt',
  'train text.txt --hidden 0',
  'train text.txt --epochs 1 --steps 1',
  'train --resume checkpoints/lstm --hidden 32',
  'train --resume checkpoints/lstm',
  'train text.txt --from checkpoints/lstm --cell gru',
  'train text.txt --cell gru --coupled',
  'eval checkpoints/lstm --text nowhere.txt',
  'inspect step checkpoints/lstm --layer 9',
  'nonsense',
];
const COMMANDS = [
  'train',
  'sample',
  'write',
  'eval',
  'info',
  'doctor',
  'import',
  'runs',
  'corpora',
  'engine',
];
const VIEWS = ['cells', 'gates', 'step', 'gradients', 'memory', 'surprise'].map((view) => `inspect ${view}`);

/** Members of JSON that depend on the clock. */
const CLOCK = new Set(['charsPerSecond', 'seconds', 'changed']);

/** What a command did, with all that may differ between two runs of one checkout left out. */
async function outcome(program: string, cwd: string, line: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80' };
  const { stdout, exitCode } = await execa('node', [program, ...line.split(' ')], {
    ...{ cwd, env, reject: false, input: '' },
  });
  return `exit ${exitCode}\n${
    steady(stdout) ??
    stdout
      .split('\n')
      .map((row) => steady(row) ?? row)
      .join('\n')
  }`;
}

/** JSON without times, indented, and with prose reduced to a mark; undefined for anything else. */
function steady(text: string): string | undefined {
  try {
    return JSON.stringify(
      JSON.parse(text, (key, value) => (CLOCK.has(key) ? null : unworded(key, value))),
      null,
      1,
    );
  } catch {
    return undefined;
  }
}

/** Prose of findings and advice may be reworded; texts that a network wrote may not. */
function unworded(key: string, value: unknown): unknown {
  const isProse = ['sentence', 'remedy', 'figures', 'missing', 'fault', 'link'].includes(key);
  return isProse || (key === 'reason' && String(value).includes(' ')) ? `(${key})` : value;
}

/** The flags that the help of a command names. */
async function flags(program: string, command: string): Promise<string> {
  const help = async (flag: string) =>
    (await execa('node', [program, ...command.split(' '), flag], { reject: false })).stdout;
  const text = `${await help('--help')}\n${await help('--help-all')}`;
  const named = text
    .split('\n')
    .flatMap((row) => /^ {2}((?:-\w, )?--[\w-]+)(?: [<[]| {2})/.exec(row)?.[1] ?? []);
  return [...new Set(named)]
    .filter((flag) => flag !== '--help-all')
    .sort()
    .join('\n');
}

async function checkpoints(folder: string): Promise<string> {
  const names = await readdir(join(folder, 'checkpoints'), { recursive: true });
  const files = names.filter((name) => name.endsWith('.safetensors')).sort();
  const hashes = files.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(folder, 'checkpoints', name)));
    return `${name} ${hash.digest('hex')}`;
  });
  return (await Promise.all(hashes)).join('\n');
}

/** Everything that one checkout does, by command. */
async function outcomes(checkout: string): Promise<Map<string, string>> {
  const program = join(checkout, 'bin/charlstm.js');
  const folder = await mkdtemp(join(tmpdir(), 'charlstm-compare-'));
  await writeFile(join(folder, 'text.txt'), await readFile(join(HERE, 'corpora/lighthouse.txt')));
  await mkdir(join(folder, 'checkpoints'));
  for (const format of ['format-1', 'format-2']) {
    await cp(join(HERE, 'test/fixtures', format), join(folder, format), { recursive: true });
  }
  const done = new Map<string, string>();
  for (const line of [...NEW_RUNS, ...READING]) done.set(line, await outcome(program, folder, line));
  for (const command of [...COMMANDS, ...VIEWS])
    done.set(`flags of ${command}`, await flags(program, command));
  done.set('bytes of checkpoints', await checkpoints(folder));
  await rm(folder, { recursive: true });
  return done;
}

const other = process.argv[2];
if (other === undefined) throw new Error('name the checkout to compare with');
const before = await outcomes(resolve(other));
const after = await outcomes(HERE);
let differences = 0;
for (const [line, expected] of before) {
  const actual = after.get(line)!;
  if (actual === expected) continue;
  differences++;
  const [was, is] = [expected.split('\n'), actual.split('\n')];
  const at = was.findIndex((row, i) => row !== is[i]);
  const where = at < 0 ? was.length : at;
  process.stdout.write(
    `${line}\n  line ${where + 1} was: ${was[where]?.slice(0, 300)}\n  line ${where + 1} is:  ${is[where]?.slice(0, 300)}\n`,
  );
}
process.stdout.write(`${before.size} compared, ${differences} differ\n`);
process.exitCode = differences === 0 ? 0 : 1;
