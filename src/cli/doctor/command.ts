import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Checkpoint, readCheckpoint } from '../../checkpoint/checkpoint.js';
import type { RunRecord } from '../../checkpoint/record.js';
import { bestOf, LOG_FILE, listCheckpoints, runOf } from '../../checkpoint/run.js';
import { isMissing } from '../../doctor/check.js';
import { examine, type Patient } from '../../doctor/examination.js';
import { readLog } from '../../doctor/log.js';
import { systemErrorCode, UserError } from '../../errors.js';
import { readModel } from '../input/model.js';
import { ownText } from '../input/text.js';
import { jsonOption, threadsOption } from '../options.js';
import { printReport } from '../output/console.js';
import { note } from '../output/stderr.js';
import { asJson, asText } from './report.js';

interface DoctorFlags {
  readonly threads?: number;
  readonly json?: true;
}

const EXAMPLES = `
The model is a run folder (its last checkpoint) or a checkpoint file. The
default is the newest run. Nothing is written, so a run can be examined while it
is still training. The exit code is 0 whatever is found. See
docs/guide/doctor.md.

--json prints one object: model, step, done (the share of the run that is over),
text (what the network was measured on), and the lists findings, fine and
unchecked, each entry with its evidence or the reason why there is none.

Examples:
  charlstm doctor
  charlstm doctor checkpoints/moby-dick-1 --json
`;

/** `charlstm doctor`: diagnoses a training run from its log, its checkpoints and its text. */
export function defineCommand(command: Command): void {
  command.addOption(threadsOption()).addOption(jsonOption()).addHelpText('after', EXAMPLES).action(runDoctor);
}

/** A note is printed if the examination takes longer. */
const PATIENCE_MS = 1000;

async function runDoctor(named: string | undefined, { threads, json }: DoctorFlags): Promise<void> {
  const begun = performance.now();
  let isNoted = false;
  const onWork = (what: string) => {
    if (isNoted || performance.now() - begun < PATIENCE_MS) return;
    note(`${what}: this takes a few seconds`);
    isNoted = true;
  };
  const { path, value: checkpoint } = await readModel(named, readCheckpoint, 'last');
  const patient = await patientOf(path, checkpoint, named !== undefined && isFile(named));
  const { record } = checkpoint;
  try {
    const examination = examine(patient, { threads: threads ?? availableParallelism(), onWork });
    printReport(json, asJson(path, record, examination), () => asText(path, record, examination));
  } finally {
    if (!isMissing(patient.text)) patient.text.close();
  }
}

/**
 * Collects what is known of a checkpoint's run.
 * @param isAlone whether the checkpoint itself was named and not its run; then later log entries do not count
 */
async function patientOf(path: string, checkpoint: Checkpoint, isAlone: boolean): Promise<Patient> {
  const run = runOf(path);
  const { record } = checkpoint;
  const log = readLog(join(run, LOG_FILE), isAlone ? record.progress.step : undefined);
  const rival = await rivalOf(path, checkpoint);
  return { checkpoint, log, text: ownText(run, record), rival };
}

/**
 * The best checkpoint of the run apart from the one examined; undefined if there is none that can be read.
 */
async function rivalOf(path: string, checkpoint: Checkpoint): Promise<Patient['rival']> {
  const { record } = checkpoint;
  try {
    const files = listCheckpoints(runOf(path)).filter(({ validation }) => validation !== undefined);
    const { step } = record.progress;
    const own = files.find((file) => file.step === step);
    const rival = bestOf(files.filter((file) => file.step !== step));
    if (!own || !rival) return undefined;
    const other = await readCheckpoint(rival.path);
    if (!readsTheSame(other.record, record)) return undefined;
    return { checkpoint: other, isBest: bestOf([own, rival]) === rival };
  } catch (error) {
    if (!(error instanceof UserError) && systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Whether ids of a text mean the same to both: a folder may hold files from anywhere. */
function readsTheSame(a: RunRecord, b: RunRecord): boolean {
  return (
    a.corpus.hash === b.corpus.hash &&
    a.codePoints.length === b.codePoints.length &&
    a.codePoints.every((codePoint, id) => codePoint === b.codePoints[id])
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
