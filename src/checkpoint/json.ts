/** Limits on a JSON text, which bound the memory it can take. */
export interface JsonLimits {
  /** Nesting of lists and objects. */
  readonly depth: number;
  /** Values of all kinds. */
  readonly values: number;
  readonly characters: number;
}

/**
 * Parses a JSON text that may be damaged or hostile. The text is scanned first, so that the limits and its
 * length bound the memory that parsing takes. Duplicate members, of which JSON.parse would take the last, are
 * refused, and so is `__proto__`.
 * @throws SyntaxError with a message such as "is not JSON", to follow the name of the text
 */
export function parseJson(text: string, limits: JsonLimits): unknown {
  if (text.length > limits.characters) throw new SyntaxError(`has more than ${limits.characters} characters`);
  const members = membersIn(text, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError('is not JSON'); // V8's own message quotes the text
  }
  if (membersOf(value) !== members) throw new SyntaxError('names a member twice');
  return value;
}

/** Counts the members of a JSON text: its colons outside of strings. */
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
