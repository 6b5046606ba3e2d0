/** How far a JSON text may go before it is no longer worth its memory. */
export interface JsonLimits {
  /** Lists and objects within each other. */
  readonly depth: number;
  /** Values of all kinds. */
  readonly values: number;
  readonly characters: number;
}

/**
 * The value of a JSON text that may be damaged or hostile. The text is looked over first, so that the memory parsing
 * takes is bounded by the limits and the length of the text. Members that are named twice, of which JSON.parse would
 * take the last, are refused, and so is `__proto__`.
 * @throws SyntaxError whose message says of the text what it is: "is not JSON"
 */
export function parseJson(text: string, limits: JsonLimits): unknown {
  if (text.length > limits.characters) throw new SyntaxError(`has more than ${limits.characters} characters`);
  const members = membersIn(text, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError('is not JSON'); // V8's own words quote the text
  }
  if (membersOf(value) !== members) throw new SyntaxError('names a member twice');
  return value;
}

/** How many members a text names, if it is JSON: it has as many colons outside of strings. */
function membersIn(text: string, limits: JsonLimits): number {
  let [depth, values, members] = [0, 1, 0];
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i++;
        while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
        break;
      case '{':
      case '[':
        values++;
        if (++depth > limits.depth) throw new SyntaxError(`is nested more than ${limits.depth} deep`);
        break;
      case '}':
      case ']':
        depth--;
        break;
      case ',':
        values++;
        break;
      case ':':
        members++;
        break;
    }
    if (values > limits.values) throw new SyntaxError(`has more than ${limits.values} values`);
  }
  return members;
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const held = Object.values(value);
  if (Object.hasOwn(value, '__proto__')) throw new SyntaxError('has a member "__proto__"');
  const own = Array.isArray(value) ? 0 : held.length;
  return held.reduce<number>((sum, member) => sum + membersOf(member), own);
}
