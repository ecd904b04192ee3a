import { readFileSync, type Stats, statSync } from 'node:fs'
import type { Clock, SecretRef } from '../core/ports.ts'

const LONGEST = 65_536
/** How long a file is believed to be unchanged. */
const BELIEVED = 1_000

interface Held {
  value: string
  /** What the file was when it was read; follows links, so that a swapped link is a change. */
  mark: string
  checked: number
}

/**
 * Secrets by where they are: a variable, or a file that is read again when it changes (looked at once a second at
 * most, through links, as Kubernetes swaps mounted secrets). White space at a file's end is no part of the secret.
 * `lines`: it may hold several, as a key in PEM does.
 * @throws Error that names the variable or file and what is wrong with it, never what is in it.
 */
export function secretSource(
  clock: Pick<Clock, 'now'>,
  environment: Readonly<Record<string, string | undefined>>,
): (ref: SecretRef, lines?: true) => string {
  const held = new Map<string, Held>()

  function fromFile(path: string): string {
    const now = clock.now()
    const known = held.get(path)
    if (known !== undefined && now - known.checked < BELIEVED) return known.value
    const stats = statusOf(path)
    const mark = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`
    const value = known?.mark === mark ? known.value : read(path, stats)
    // Only now: a file that has gone, or is being written, is looked at again at the next call.
    held.set(path, { value, mark, checked: now })
    return value
  }

  function found(ref: SecretRef): string {
    if ('file' in ref) return fromFile(ref.file)
    const value = environment[ref.env]
    if (value === undefined || value === '') throw new Error(`the environment variable ${ref.env} is not set`)
    return value
  }
  return (ref, lines) => {
    const value = found(ref)
    return lines === true
      ? value
      : single(value, 'file' in ref ? `the secret file ${ref.file}` : `the environment variable ${ref.env}`)
  }
}

function statusOf(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function read(path: string, stats: Stats): string {
  if (!stats.isFile()) throw new Error(`the secret file ${path} is not a file`)
  if (stats.size > LONGEST) throw new Error(`the secret file ${path} is longer than ${LONGEST} bytes`)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
  const value = text.trimEnd()
  if (value === '') throw new Error(`the secret file ${path} is empty`)
  return value
}

/** A line break or another control character inside would let a secret add headers of its own. */
function single(value: string, where: string): string {
  if (/[\x00-\x1f\x7f]/.test(value))
    throw new Error(`${where} holds more than one line, or control characters`)
  return value
}

function unreadable(path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException
  return new Error(`the secret file ${path} cannot be read (${code ?? 'unknown reason'})`)
}
