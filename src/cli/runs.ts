import type { Command } from 'commander';
import { readRecord } from '../checkpoint/checkpoint.js';
import { RUNS_FOLDER } from '../checkpoint/folder.js';
import { bestOf, listRuns, type RunFolder } from '../checkpoint/run.js';
import { UserError } from '../errors.js';
import { harmlessLine, table } from '../format.js';
import { describeModel } from '../model/config.js';
import { grouped } from '../numbers.js';
import { jsonOption } from './options.js';
import { printReport } from './output/console.js';

/** `charlstm runs`: lists the runs under checkpoints/. */
export function defineCommand(command: Command): void {
  command
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  charlstm runs\n  charlstm sample checkpoints/moby-dick-1\n')
    .action(async ({ json }: { json?: true }) => {
      const runs = await Promise.all(listRuns().map(describe));
      printReport(json, runs, () => {
        if (runs.length === 0) return `No runs under ${RUNS_FOLDER}/ yet. Start one with: charlstm train\n`;
        const rows = runs.map((run) => [
          run.changed.slice(0, 16).replace('T', ' '),
          harmlessLine(run.path),
          run.model,
          harmlessLine(run.corpus),
          grouped(run.step),
          run.bestLoss === null ? '-' : run.bestLoss.toFixed(4),
        ]);
        return `${table([['changed (UTC)', 'run', 'model', 'corpus', 'steps', 'best loss'], ...rows])}\n`;
      });
    });
}

async function describe({ path, checkpoints, changed }: RunFolder) {
  const last = checkpoints.at(-1)!;
  const listed = {
    path,
    changed: changed.toISOString(),
    step: last.step,
    bestLoss: bestOf(checkpoints)?.validation ?? null,
    checkpoints: checkpoints.map((file) => file.path),
  };
  try {
    const { record } = await readRecord(last.path);
    return { ...listed, corpus: record.corpus.name, model: describeModel(record.model) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...listed, corpus: '-', model: 'damaged' };
  }
}
