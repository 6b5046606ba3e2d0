/** Exit codes of the program, after BSD's sysexits. */
export const ExitCode = {
  internal: 1,
  usage: 2,
  badData: 65,
  noInput: 66,
  cannotCreate: 73,
  io: 74,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * An error that the user can fix. The message says which value was wrong, the hint says what to do next. Both
 * are printed on one line, without a stack trace, and the process ends with the exit code.
 */
export class UserError extends Error {
  override name = 'UserError';

  constructor(
    message: string,
    readonly hint: string,
    readonly exitCode: ExitCode = ExitCode.usage,
  ) {
    super(message);
  }
}

/** Throws the error for a reason, such as "it is cut short", about a file that the function knows. */
export type Refuse = (reason: string) => never;

/**
 * Makes a `Refuse` for bad data: `subject` is what comes before the reason, such as "x.txt cannot be read".
 */
export function refuser(subject: string, hint: string): Refuse {
  return (reason) => {
    throw new UserError(`${subject}: ${reason}`, hint, ExitCode.badData);
  };
}

/** The `code` of a Node system error, such as `ENOENT`; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: part of its path is not a folder',
  EACCES: 'cannot be read or written by this user',
  EPERM: 'cannot be read or written by this user',
  EISDIR: 'is a folder',
  ENOSPC: 'could not be written: the disk is full',
  EDQUOT: 'could not be written: the disk quota is used up',
  EFBIG: 'could not be written: the file would exceed the size limit',
  EROFS: 'could not be written: the file system is read-only',
  ENAMETOOLONG: 'has a name that is too long',
  ELOOP: 'is a link that leads back to itself',
  EEXIST: 'already exists',
  ENXIO: 'is not a readable file',
};

/**
 * Returns the error for a process that may not open any more files. Node may then call a module missing.
 * @returns undefined if something else happened
 */
export function outOfFiles(error: unknown): UserError | undefined {
  const code = systemErrorCode(error);
  const isWindows = process.platform === 'win32';
  const hint = isWindows
    ? 'Close other programs.'
    : 'Raise the limit of this shell, for example with: ulimit -n 1024.';
  if (code === 'EMFILE' || code === 'ENFILE')
    return new UserError('too many files are open', hint, ExitCode.io);
  if (code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  return new UserError(
    `a part of the program is missing, or too many files are open: ${(error as Error).message}`,
    `${hint} If that does not help, install charlstm again.`,
    ExitCode.io,
  );
}

/** What was being done to a file; it decides the exit code of a failure. */
type Purpose = 'read' | 'write' | 'create';

const DISK_ERRORS = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

function exitCodeFor(code: string, purpose: Purpose): ExitCode {
  if (purpose === 'write' || DISK_ERRORS.includes(code)) return ExitCode.io;
  return purpose === 'create' ? ExitCode.cannotCreate : ExitCode.noInput;
}

/** Turns a file-system error into a UserError that names the path; returns any other error unchanged. */
export function fileError(error: unknown, path: string, hint: string, purpose: Purpose = 'read'): unknown {
  const code = systemErrorCode(error);
  if (code === undefined || !/^(ERR_FS_)?E[A-Z0-9]+$/.test(code)) return error;
  const limited = outOfFiles(error);
  if (limited) return limited;
  const hasNoFolder = purpose === 'create' && code === 'ENOENT';
  let reason = REASONS[code.replace('ERR_FS_', '')] ?? `failed (${code})`;
  if (hasNoFolder) reason = 'cannot be created there';
  // See regular.ts.
  if (code === 'EFTYPE' && error instanceof Error) reason = error.message;
  return new UserError(`${path === '' ? '""' : path} ${reason}`, hint, exitCodeFor(code, purpose));
}

/** Returns the result of an action, or undefined if the file system refuses it. */
export function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Runs an action and rewrites the hint of any UserError it throws. */
export async function withHint<T>(hintFor: (hint: string) => string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, hintFor(error.hint), error.exitCode);
  }
}
