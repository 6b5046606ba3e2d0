import { MOST_ARGUMENTS, SIGNATURES } from '../engine/kernel-table.js';

/**
 * Returns the macros that addon/native.c is compiled with: for each kernel the function that Node calls,
 * which checks that the arrays lie in the memory.
 */
export function bindings(): string[] {
  const functions = SIGNATURES.map(({ name, arity, returns, parts }) => {
    const pointers = new Set(parts.map(({ pointer }) => pointer?.index));
    const args = Array.from({ length: arity }, (_, i) => (pointers.has(i) ? `P(${i})` : `V(${i})`));
    const checks = parts.flatMap(({ check = [] }) => check).join(' && ') || '1';
    const call = `${name}(${args.join(', ')})`;
    return `FUNCTION(${name}, ${checks}, ${returns === 'number' ? `NUMBER(${call})` : `NOTHING(${call})`})`;
  });
  const methods = SIGNATURES.map(({ name }) => `METHOD(${name})`);
  return [
    `-DMOST_ARGUMENTS=${MOST_ARGUMENTS}`,
    `-DFUNCTIONS=${functions.join(' ')}`,
    `-DMETHODS=${methods.join(' ')}`,
  ];
}
