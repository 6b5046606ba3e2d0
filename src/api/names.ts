import { checkValues, flagOf, type OptionTable } from '../options.js';
import { editDistance } from '../words.js';

/** A name without case and separators: "top_k" and "topK" are the same. */
function plain(name: string): string {
  return name.toLowerCase().replace(/^--(no-)?|[-_]/g, '');
}

/**
 * Checks the options that a program gives to a function.
 * @param table all options of the function
 * @throws TypeError naming an option that the function does not have, and the one that was probably meant
 * @throws RangeError naming an option whose value is not allowed
 */
export function checkGiven(caller: string, table: OptionTable, options: object): void {
  checkNames(caller, table, options);
  checkValues(table, options);
}

/** The first half of `checkGiven`. @throws TypeError naming an option that the function does not have */
export function checkNames(caller: string, table: OptionTable, options: object): void {
  const known = Object.keys(table);
  const name = Object.keys(options).find((given) => !known.includes(given));
  if (name === undefined) return;
  const given = plain(name);
  const otherNames = (row: OptionTable[string]) => [flagOf(row), ...(row.aliases ?? [])];
  const meant =
    known.find(
      (one) => plain(one) === given || otherNames(table[one]!).some((other) => plain(other) === given),
    ) ?? nearest(given, known);
  const hint = meant === undefined ? `its options are ${known.join(', ')}` : `did you mean "${meant}"?`;
  throw new TypeError(`${caller} has no option "${name}": ${hint}`);
}

/** Returns the known name with the fewest differences, if they may be a mistake in typing. */
function nearest(given: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, apart: editDistance(given, plain(name)) }))
    .filter(({ name, apart }) => apart <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.apart - b.apart);
  return ranked[0]?.name;
}
