import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemErrorCode } from '../errors.js';

/** The process that has a lock. */
export interface Owner {
  readonly pid: number;
  /** When the process began, in ticks since the machine did; 0 where that is not known. */
  readonly began: number;
  /** Where it runs: a host, and there the space in which its id counts, as a container has one of its own. */
  readonly place: string;
}

/** So that no file of the user's is ever taken for a lock. The second half is missing where an early version wrote it. */
const CONTENT = /^charlstm (\d+)(?: (\d+) (\S+))?\n$/;

/** What a lock of this process says. */
export function ownLock(): string {
  return `charlstm ${process.pid} ${beginOf(process.pid)} ${thisPlace()}\n`;
}

/** Whose lock it is; undefined for what is no lock. */
export function ownerIn(content: string): Owner | undefined {
  const match = CONTENT.exec(content);
  if (!match) return undefined;
  return { pid: Number(match[1]), began: Number(match[2] ?? 0), place: match[3] ?? thisPlace() };
}

/** Whether an owner runs where its process can be looked for. */
export function isNear({ place }: Owner): boolean {
  return place === thisPlace();
}

export function isOwn(owner: Owner): boolean {
  return isNear(owner) && owner.pid === process.pid && isSame(owner);
}

/** Whether the process of an owner on this machine lives: that very one, not another that was given its id since. */
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

function isSame({ pid, began }: Owner): boolean {
  const begin = beginOf(pid);
  return began === 0 || begin === 0 || began === begin;
}

/** Field 22 of Linux's /proc/<pid>/stat; the name of the command before it may hold anything. Elsewhere 0. */
function beginOf(pid: number): number {
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
    return host; // no Linux
  }
}
