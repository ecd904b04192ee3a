import { runs } from './runs.ts'
import { isPrintable } from './score.ts'
import { unitSet, valuesOf } from './units.ts'
import { utf8 } from './utf8.ts'

const RANGE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('')
/** What `b85encode` of Python and git write. */
const GIT = valuesOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~')
const NOT_OF_GIT = /["',./:[\\\]]/
for (const other of '"\',./:[\\]') GIT[other.charCodeAt(0)] = 255
const FEWEST = 20
const GROUP = 5
const TILDE = 126
const MOST_QUOTES = 3
const QUOTED = /^([("'`[]{1,3})(.*?)[)"'`\].,;]{1,4}$/s
/** Of prose, paths and addresses hardly any are. */
const RARE = /[0-9]/
const ADDRESS = /^[("'<=[]*[a-z]{2,12}:\/\//i

/** Ascii85, between `<~` and `~>` or bare, and base85 as git and Python have it; line breaks only between the marks. */
export const ascii85 = runs({
  units: unitSet(RANGE),
  fewest: FEWEST,
  read(text, start, end, found) {
    if (!worthReading(text, start, end)) return
    let run = text.slice(start, end)
    const opens = run.indexOf('<~')
    if (opens >= 0) run = run.slice(opens + 2)
    const closes = run.indexOf('~>')
    if (closes >= 0) run = run.slice(0, closes)
    if (opens < 0 && (!RARE.test(run) || ADDRESS.test(run))) return
    const quoted = QUOTED.exec(run)?.[2]
    for (const one of quoted === undefined ? [run] : [quoted, run]) {
      const adobe = decoded(one, false)
      const said = adobe ?? (NOT_OF_GIT.test(one) ? undefined : decoded(one, true))
      if (said === undefined) continue
      found.push({ span: [start, end], encoding: adobe === undefined ? 'base85' : 'ascii85', text: said })
      return
    }
  },
})

function decoded(run: string, git: boolean): string | undefined {
  if (run.length < FEWEST) return undefined
  for (let shift = 0; shift < GROUP; shift++) {
    if (!begins(run, shift, git)) continue
    const head = text(run.slice(shift, shift + FEWEST), git)
    if (head === undefined || !isPrintable(head.slice(0, -2))) continue
    const all = text(run.slice(shift), git)
    if (all !== undefined && isPrintable(all)) return all
  }
  return undefined
}

/** Whether something is marked in the run, or it may begin as a text would: hardly any does. */
function worthReading(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) === TILDE) return true
  const most = Math.min(start + 4 + MOST_QUOTES, end - 2 * GROUP)
  for (let at = start; at <= most; at++) if (begins(text, at, false) || begins(text, at, true)) return true
  return false
}

/** Whether the eight bytes that ten characters stand for may begin a text. */
function begins(text: string, from: number, git: boolean): boolean {
  let more = 0
  for (let at = from; at < from + 2 * GROUP; at += GROUP) {
    let value = 0
    for (let i = at; i < at + GROUP; i++) {
      const unit = text.charCodeAt(i)
      const digit = git ? GIT[unit]! : unit - 33
      if (digit > 84) return false
      value = value * 85 + digit
    }
    if (value > 0xffffffff) return false
    for (let shift = 24; shift >= 0; shift -= 8) {
      const byte = (value >>> shift) & 255
      if (byte < 9 || (byte > 13 && byte < 32) || byte === 127 || byte >= 0xf5) return false
      const follows = (byte & 0xc0) === 0x80
      if (follows ? more === 0 : more > 0) return false
      more = more > 0 ? more - 1 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0
    }
  }
  return true
}

function text(run: string, git: boolean): string | undefined {
  const bytes: number[] = []
  let value = 0
  let count = 0
  for (let i = 0; i < run.length; i++) {
    const unit = run.charCodeAt(i)
    if (!git && unit === 122 && count === 0) {
      bytes.push(0, 0, 0, 0)
      continue
    }
    if (!git && unit > 117) return undefined
    value = value * 85 + (git ? GIT[unit]! : unit - 33)
    if (++count < GROUP) continue
    if (value > 0xffffffff) return undefined
    bytes.push(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
    value = 0
    count = 0
  }
  if (count > 1) {
    for (let i = count; i < GROUP; i++) value = value * 85 + 84
    const last = Math.min(value, 0xffffffff)
    bytes.push(...[last >>> 24, (last >>> 16) & 255, (last >>> 8) & 255].slice(0, count - 1))
  }
  return utf8(bytes)
}
