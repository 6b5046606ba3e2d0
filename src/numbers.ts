/** The range of a number from outside, such as a flag or a value of a checkpoint. Both ends are included. */
export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly integer?: boolean;
}

export function isInRange(value: unknown, range: NumberRange): value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (range.integer && !Number.isInteger(value)) return false;
  return value >= range.minimum && value <= range.maximum;
}

/** Refuses an index outside a list. @throws RangeError naming the value and the range */
export function checkIndex(name: string, value: number, size: number): void {
  if (Number.isInteger(value) && value >= 0 && value < size) return;
  throw new RangeError(`${name} is ${value}, not a whole number from 0 to ${size - 1}`);
}

/** Limits a number to a range. */
export function clamped(value: number, { minimum, maximum }: NumberRange): number {
  return Math.min(maximum, Math.max(minimum, value));
}

/** Describes a range: "a whole number from 1 to 64", "a number of at least 0". */
export function describeRange({ minimum, maximum, integer }: NumberRange): string {
  const kind = integer ? 'a whole number' : 'a number';
  return maximum >= Number.MAX_SAFE_INTEGER
    ? `${kind} of at least ${minimum}`
    : `${kind} from ${minimum} to ${maximum}`;
}

export function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

/** Returns the mean, NaN for an empty list. */
export function meanOf(numbers: Iterable<number> & { readonly length: number }): number {
  return sumOf(numbers) / numbers.length;
}

/** Formats 1190317 as "1,190,317", the same in every locale. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Returns a count and its noun: "1 character", "2,000 characters". */
export function amountOf(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}
