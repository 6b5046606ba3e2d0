import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemErrorCode, unlessRefused } from '../errors.js';

/** The process that holds a lock. */
export interface Owner {
  readonly pid: number;
  /** When the process started, in clock ticks since boot; 0 if unknown. */
  readonly started: number;
  /** Where it runs; undefined in locks of the first version. */
  readonly place: Place | undefined;
  /** Random, and so different for all locks; undefined in locks of earlier versions. */
  readonly token: string | undefined;
}

/** Where process ids mean the same. Unknown parts are empty. */
interface Place {
  readonly host: string;
  /** The PID namespace, since containers have one of their own. The id of the first is equal on all machines. */
  readonly namespace: string;
  /** A random id that Linux draws when it starts. */
  readonly boot: string;
}

/** Strict, so that no file of the user's is mistaken for a lock. */
const CONTENT = /^charlstm (\d+)(?: (\d+) (\S+))?\n$/;

/**
 * The content of a lock of this process. Earlier versions read all after the second number as a place that
 * is not their own, and so respect the lock as long as it is touched.
 */
export function ownLock(token: string): string {
  const { host, namespace, boot } = thisPlace();
  const place = [host, namespace, boot, token].join('/');
  return `charlstm ${process.pid} ${startOf(process.pid)} ${place}\n`;
}

/** Parses a lock; returns undefined if it is not one. */
export function ownerIn(content: string): Owner | undefined {
  const match = CONTENT.exec(content);
  if (!match) return undefined;
  const [host, namespace = '', boot = '', token] = match[3]?.split('/') ?? [];
  return {
    pid: Number(match[1]),
    started: Number(match[2] ?? 0),
    place: host === undefined ? undefined : { host, namespace, boot },
    token,
  };
}

/**
 * Whether an owner runs where its process would be visible, so that it is alive or dead for certain. On Linux
 * neither the host nor the namespace is enough for that: both may be equal on two machines.
 */
export function isNear({ place }: Owner): boolean {
  if (place === undefined) return true;
  if (!isSamePlace(place) || place.boot !== thisPlace().boot) return false;
  return process.platform !== 'linux' || (place.namespace !== '' && place.boot !== '');
}

/** Whether an owner that is not certain to be near is here nevertheless: a process that started with it is. */
export function isSeen(owner: Owner): boolean {
  const { place, pid, started } = owner;
  if (place === undefined || place.boot !== '' || !isSamePlace(place)) return false;
  return started !== 0 && startOf(pid) === started;
}

function isSamePlace({ host, namespace }: Place): boolean {
  const here = thisPlace();
  return host === here.host && namespace === here.namespace;
}

/**
 * Whether the process of an owner that is near exists: the same process, not a later one with the same id, as
 * far as that is known. See `mayBeAnother`.
 */
export function isAlive({ pid, started }: Owner): boolean {
  if (!isRunning(pid)) return false;
  const start = startOf(pid);
  return started === 0 || start === 0 || started === start;
}

/**
 * Whether the process with an owner's id may have been started after the owner died. Only Linux says when a
 * process started, and an earlier version did not write it down.
 */
export function mayBeAnother({ place, started }: Owner): boolean {
  return place !== undefined && started === 0;
}

/** Whether a process with an id exists. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

/** Describes an owner: "process 123", "process 123 on host". */
export function describeOwner(owner: Owner): string {
  const { pid, place } = owner;
  return `process ${pid}${isNear(owner) || !place ? '' : ` on ${hostOf(place)}`}`;
}

function hostOf({ host }: Place): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
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

let place: Place | undefined;

function thisPlace(): Place {
  place ??= {
    host: encodeURIComponent(hostname()),
    namespace: unlessRefused(() => readlinkSync('/proc/self/ns/pid'))?.replace(/\D/g, '') ?? '',
    boot: unlessRefused(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'))?.trim() ?? '',
  };
  return place;
}
