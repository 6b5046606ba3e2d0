import type { KeyEntry } from '../text/key-table.js';

/** Windows has no signals for suspending and continuing a process. */
export const CAN_SUSPEND = process.platform !== 'win32';

/** The key that does it, for the lists of all keys. */
export const SUSPEND_KEY: readonly KeyEntry[] = CAN_SUSPEND ? [['^Z', 'suspend; fg resumes']] : [];
