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
  set: unitSet(RANGE),
  fewest: FEWEST,
  read(text, units, start, end, found) {
    if (!worthReading(units, start, end)) return
    let run = text.slice(start, end)
    const opens = run.indexOf('<~')
    if (opens >= 0) run = run.slice(opens + 2)
    const closes = run.indexOf('~>')
    if (closes >= 0) run = run.slice(0, closes)
    if (opens < 0 && (!RARE.test(run) || ADDRESS.test(run))) return
    const from = opens < 0 ? start : start + opens + 2
    const [, quote = '', quoted] = QUOTED.exec(run) ?? []
    const all = { from, run }
    for (const one of quoted === undefined ? [all] : [{ from: from + quote.length, run: quoted }, all]) {
      const to = one.from + one.run.length
      const adobe = decoded(units, one.from, to, false)
      const said = adobe ?? (NOT_OF_GIT.test(one.run) ? undefined : decoded(units, one.from, to, true))
      if (said === undefined) continue
      found.push({ span: [start, end], encoding: adobe === undefined ? 'base85' : 'ascii85', text: said })
      return
    }
  },
})

function decoded(units: Uint16Array, start: number, end: number, git: boolean): string | undefined {
  if (end - start < FEWEST) return undefined
  for (let from = start; from < start + GROUP; from++) {
    if (!begins(units, from, git)) continue
    const head = text(units, from, Math.min(end, from + FEWEST), git)
    if (head === undefined || !isPrintable(head.slice(0, -2))) continue
    const all = text(units, from, end, git)
    if (all !== undefined && isPrintable(all)) return all
  }
  return undefined
}

/** Whether something is marked in the run, or it may begin as a text would: hardly any does. */
function worthReading(units: Uint16Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (units[at] === TILDE) return true
  const most = Math.min(start + 4 + MOST_QUOTES, end - 2 * GROUP)
  for (let at = start; at <= most; at++) if (begins(units, at, false) || begins(units, at, true)) return true
  return false
}

/** Whether the eight bytes that ten characters stand for may begin a text. */
function begins(units: Uint16Array, from: number, git: boolean): boolean {
  let more = 0
  for (let at = from; at < from + 2 * GROUP; at += GROUP) {
    let value = 0
    for (let i = at; i < at + GROUP; i++) {
      const unit = units[i]!
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

function text(units: Uint16Array, start: number, end: number, git: boolean): string | undefined {
  const bytes: number[] = []
  let value = 0
  let count = 0
  for (let i = start; i < end; i++) {
    const unit = units[i]!
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
