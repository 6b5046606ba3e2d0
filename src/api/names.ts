/** Names of options that differ by a small mistake count as alike: two letters, or a third of a long name. */
function isAlike(a: string, b: string): boolean {
  return distance(a, b) <= Math.max(2, Math.floor(b.length / 3)) || (a.length > 2 && b.startsWith(a));
}

/** A name without case and separators: "top_k" and "topK" are the same. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** The edit distance of two names (Levenshtein 1966): letters inserted, removed or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/**
 * Refuses options that a function does not have.
 * @param caller the name of the function
 * @param other names under which users may know an option, such as those of its flag
 * @throws TypeError naming the first unknown option and the known name nearest to it
 */
export function checkNames(
  caller: string,
  options: object,
  known: readonly string[],
  other: ReadonlyMap<string, string> = new Map(),
): void {
  const name = Object.keys(options).find((given) => !known.includes(given));
  if (name === undefined) return;
  const given = plain(name);
  const same = known.find((one) => plain(one) === given) ?? other.get(given);
  const nearest =
    same ??
    known
      .filter((one) => isAlike(given, plain(one)))
      .sort((a, b) => distance(given, plain(a)) - distance(given, plain(b)))[0];
  const hint = nearest === undefined ? `its options are ${known.join(', ')}` : `did you mean "${nearest}"?`;
  throw new TypeError(`${caller} has no option "${name}": ${hint}`);
}
