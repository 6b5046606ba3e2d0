/** Exit codes of the command, after BSD's sysexits. */
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
 * Something the user can mend. The message names the value that was wrong, the hint what to do next; both are
 * printed on one line, without a stack trace, and the process ends with the exit code.
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

/** Throws the error for a reason, such as "it is cut short"; the caller knows which file the reason is about. */
export type Refuse = (reason: string) => never;

/** The `code` of a Node system error, such as `ENOENT`; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: part of its path is not a folder',
  EACCES: 'may not be read or written by this user',
  EPERM: 'may not be read or written by this user',
  EISDIR: 'is a folder',
  ENOSPC: 'could not be written: the disk is full',
  EDQUOT: 'could not be written: the disk quota is used up',
  EFBIG: 'could not be written: files may not grow that large here',
  EROFS: 'could not be written: the file system is read-only',
  ENAMETOOLONG: 'has too long a name',
  ELOOP: 'is a link that leads back to itself',
  EEXIST: 'is there already',
  ENXIO: 'is not a file that can be read',
  EMFILE: 'could not be opened: too many files are open',
};

/** What was being done to a file: decides which exit code a failure has. */
type Purpose = 'read' | 'write' | 'create';

const DISK_TROUBLE = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

function exitCodeFor(code: string, purpose: Purpose): ExitCode {
  if (purpose === 'write' || DISK_TROUBLE.includes(code)) return ExitCode.io;
  return purpose === 'create' ? ExitCode.cannotCreate : ExitCode.noInput;
}

/** A file-system error as a UserError that names the path; any other error as it is. */
export function fileError(error: unknown, path: string, hint: string, purpose: Purpose = 'read'): unknown {
  const code = systemErrorCode(error);
  if (code === undefined || !/^(ERR_FS_)?E[A-Z0-9]+$/.test(code)) return error;
  const nowhere = purpose === 'create' && code === 'ENOENT';
  const reason = nowhere
    ? 'cannot be made there'
    : (REASONS[code.replace('ERR_FS_', '')] ?? `failed (${code})`);
  return new UserError(`${path === '' ? '""' : path} ${reason}`, hint, exitCodeFor(code, purpose));
}
