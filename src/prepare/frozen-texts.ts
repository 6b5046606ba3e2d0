import { isDeepStrictEqual } from 'node:util';
import { TEXTS } from '../checkpoint/options.js';
import type { RunRecord } from '../checkpoint/record.js';
import { UserError } from '../errors.js';
import { quoted } from '../format.js';
import { flagOf, type OptionValues } from '../options.js';

type TextsOptions = OptionValues<typeof TEXTS>;

/**
 * Refuses to divide the text of a run in another way: it is on disk as it was divided.
 * @param asked options that may be repeated, but not changed
 */
export function refuseOtherTexts(asked: TextsOptions, { texts }: RunRecord, run: string): void {
  const recorded = optionsOf(texts);
  for (const [name, value] of Object.entries(asked)) {
    const had = recorded[name as keyof TextsOptions];
    if (isDeepStrictEqual(value, had ?? UNSET[name]) || (name === 'texts' && value === 'auto')) continue;
    const flag = flagOf(TEXTS[name as keyof typeof TEXTS]);
    throw new UserError(
      `${run} was started with ${asFlags(recorded)}, which ${asFlags({ [name]: value })} would change`,
      `Leave ${flag} out, or start a new run.`,
    );
  }
}

const UNSET: Readonly<Record<string, unknown>> = { label: [], byColumn: false };

/** Returns the options with which a corpus would be divided as that of a record is. */
function optionsOf(texts: RunRecord['texts']): TextsOptions {
  if (!texts) return { texts: 'whole' };
  const { division, textsEnd, column, labels, byColumn } = texts;
  return {
    ...(division !== 'separator' && division !== 'record' && { texts: division }),
    ...(textsEnd !== undefined && { textsEnd }),
    ...(column !== undefined && { column }),
    ...(labels.length > 0 && { label: labels.map((label) => label.column) }),
    ...(byColumn && { byColumn }),
  };
}

/** Writes options as they are given on a command line. */
function asFlags(options: TextsOptions): string {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = flagOf(TEXTS[name as keyof typeof TEXTS]);
    if (typeof value === 'boolean') return value ? flag : `no ${flag}`;
    if (typeof value === 'string') return `${flag} ${quoted(value)}`;
    return value.length === 0 ? `no ${flag}` : value.map((one) => `${flag} ${quoted(one)}`);
  });
  return flags.join(' ');
}
