/** The default folder of runs. */
export const RUNS_FOLDER = 'checkpoints';

/** Minimum checkpoints to keep, so that a run can continue if the disk damages the last one. */
export const LEAST_KEPT = 2;
