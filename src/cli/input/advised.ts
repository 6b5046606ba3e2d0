import { UserError } from '../../errors.js';

/** Does something; where a user can mend what goes wrong, what to do next is said in other words. */
export async function advised<T>(hintFor: (hint: string) => string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, hintFor(error.hint), error.exitCode);
  }
}
