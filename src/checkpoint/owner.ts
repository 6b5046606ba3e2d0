import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemErrorCode } from '../errors.js';

/** The process that holds a lock. */
export interface Owner {
  readonly pid: number;
  /** When the process started, in clock ticks since boot; 0 if unknown. */
  readonly started: number;
  /** Where it runs: the host and the PID namespace, since containers have one of their own. */
  readonly place: string;
}

/**
 * Strict, so that no file of the user's is mistaken for a lock. Early versions did not write the second half.
 */
const CONTENT = /^charlstm (\d+)(?: (\d+) (\S+))?\n$/;

/** The content of a lock of this process. */
export function ownLock(): string {
  return `charlstm ${process.pid} ${startOf(process.pid)} ${thisPlace()}\n`;
}

/** Parses a lock; returns undefined if it is not one. */
export function ownerIn(content: string): Owner | undefined {
  const match = CONTENT.exec(content);
  if (!match) return undefined;
  return { pid: Number(match[1]), started: Number(match[2] ?? 0), place: match[3] ?? thisPlace() };
}

/** Whether an owner runs where its process is visible. */
export function isNear({ place }: Owner): boolean {
  return place === thisPlace();
}

export function isOwn(owner: Owner): boolean {
  return isNear(owner) && owner.pid === process.pid && isSame(owner);
}

/** Whether an owner on this machine is alive: the same process, not a later one with the same id. */
export function isAlive(owner: Owner): boolean {
  const { pid } = owner;
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemErrorCode(error) !== 'EPERM') return false;
  }
  return isSame(owner);
}

function isSame({ pid, started }: Owner): boolean {
  const start = startOf(pid);
  return started === 0 || start === 0 || started === start;
}

/** Field 22 of Linux's /proc/<pid>/stat, after the command name, which may contain anything. Elsewhere 0. */
function startOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return 0;
  }
}

function thisPlace(): string {
  const host = encodeURIComponent(hostname());
  try {
    return `${host}/${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`;
  } catch {
    return host; // not Linux
  }
}
