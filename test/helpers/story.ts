import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const PROGRAM = fileURLToPath(new URL('../../bin/charlstm.js', import.meta.url));

const TEXT = 'The quick brown fox jumps over the lazy dog. Éáú, 12 ❤ and so on.\n'.repeat(40);

/** A network so small that steps are quick also where each instruction is emulated. */
const NETWORK = [
  ...['--layers', '1', '--hidden', '16', '--batch-size', '4', '--seq-length', '16', '--seed', '3'],
  ...['--steps', '1000000', '--eval-every', '1000000', '--threads', '2', '--ui', 'json'],
];

/** What a runtime made of a text. Equal runs give equal outcomes. */
export interface Outcome {
  /** SHA-256 of the checkpoint of a training that nothing interrupted. */
  readonly checkpoint: string;
  readonly sample: string;
  readonly evaluation: string;
}

/**
 * Does what users do, with a program that runs JavaScript: help, train, sample, eval. Then interrupts a training
 * and resumes it, which must give the same checkpoint as one that nothing interrupts.
 * @param command a runtime and its arguments, such as ["deno", "run", "-A"]
 * @param engine what --engine takes
 * @throws AssertionError if something fails
 */
export async function tellStory(command: readonly string[], engine: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'charlstm-story-'));
  const start = (args: readonly string[]) =>
    execa(command[0]!, [...command.slice(1), PROGRAM, ...args], {
      cwd: folder,
      reject: false,
      stdin: 'ignore',
      env: { NO_COLOR: '1', FORCE_COLOR: undefined },
    });
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await start(args);
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const options = ['--engine', engine];
  const training = (out: string) => ['train', 'text.txt', '--out', out, ...NETWORK, ...options];
  try {
    writeFileSync(join(folder, 'text.txt'), TEXT);
    assert.match(await run('--help'), /^Usage: charlstm/);

    await run(...training('short'), '--stop-at', '12');
    const { hash: checkpoint } = lastCheckpoint(join(folder, 'short'));
    const sample = await run('sample', 'short', '--length', '80', '--seed', '1', ...options);
    const evaluation = await run('eval', 'short', ...options);

    const child = start(training('parts'));
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { exitCode, stderr } = await child;
    assert.equal(exitCode, 130, `an interrupted training saves and ends: ${stderr}`);
    const stopAt = String(lastCheckpoint(join(folder, 'parts')).step + 3);
    await run('train', '--resume', 'parts', '--stop-at', stopAt, '--ui', 'json', ...options);
    await run(...training('whole'), '--stop-at', stopAt);
    const [parts, whole] = ['parts', 'whole'].map((name) => lastCheckpoint(join(folder, name)));
    assert.deepEqual(parts, whole, 'it is resumed bit for bit');
    return { checkpoint, sample, evaluation };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the step and the SHA-256 of the last checkpoint of a run. */
function lastCheckpoint(run: string): { step: number; hash: string } {
  const last = readdirSync(run)
    .filter((name) => name.endsWith('.safetensors'))
    .sort()
    .at(-1);
  assert.ok(last, 'training writes a checkpoint');
  const hash = createHash('sha256')
    .update(readFileSync(join(run, last)))
    .digest('hex');
  return { step: Number(/\d+/.exec(last)![0]), hash };
}
