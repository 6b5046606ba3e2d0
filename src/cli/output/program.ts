/** What calls the program here: what is suggested to be typed begins with it. */
export const PROGRAM = process.env.npm_command === 'exec' ? 'npx charlstm' : 'charlstm';
