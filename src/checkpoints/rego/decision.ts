import { codeEntry } from '../../core/codes.ts'
import type { RegoAnswer } from '../../core/ports.ts'
import type { Code, Objection, Span } from '../../core/types.ts'

// What an answer of Rego's means. Whatever does not fit is a denial: nobody knows what the policy wanted.

const DENIED = 'policy.denied'
const UNDEFINED = 'policy.undefined'
/** The rules that list what they say, and the code under which each does. */
const LISTS = { deny: DENIED, flag: 'policy.flagged', transform: 'policy.transformed' } as const
const OWN: readonly Code[] = [DENIED, UNDEFINED, ...Object.values(LISTS)]
const MAX_SAID = 500
/** Those of a package that decide. */
export const RULES = ['allow', 'deny', 'flag', 'transform'] as const

/** What is wrong with an answer; never holds what the input did. */
class Misfit extends Error {}

/** What was asked, and how its words may be recorded. */
export interface Asked {
  /** In words. */
  what: string
  /** The rules that the package defines. */
  defines: readonly string[]
  /** Its messages may repeat a text of the caller's: they are told and not recorded. */
  secret: boolean
}

export function objectionsOf(answer: RegoAnswer, { what: asked, defines, secret }: Asked): Objection[] {
  try {
    if ('error' in answer) throw new Misfit(answer.error)
    if ('undefined' in answer) throw new Misfit('it is undefined')
    if ('value' in answer) {
      if (answer.value === true) return []
      if (answer.value !== false) throw new Misfit('it is neither true nor false')
      return [{ code: DENIED, reason: `${asked} is false` }]
    }
    const { rules } = answer
    const found: Objection[] = []
    for (const name of defines) {
      const value = rules[name as keyof typeof rules]
      if (value === undefined) throw new Misfit(`its rule "${name}" is undefined`)
      if (name === 'allow') {
        if (typeof value !== 'boolean') throw new Misfit('its rule "allow" is neither true nor false')
        if (!value) found.push({ code: DENIED, reason: `${asked} does not allow it` })
      } else found.push(...listed(name as keyof typeof LISTS, value, asked, secret))
    }
    return found
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    return [{ code: UNDEFINED, reason: `${asked} does not decide: ${error.message}` }]
  }
}

/** The answer of a package that was given whole. */
export function rulesOf(value: unknown): RegoAnswer {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { error: 'it is no package' }
  const all = value as Record<string, unknown>
  return {
    rules: Object.fromEntries(
      RULES.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]]),
    ),
  }
}

function listed(name: keyof typeof LISTS, value: unknown, asked: string, secret: boolean): Objection[] {
  // `deny` alone may just be true: it needs no words.
  if (typeof value === 'boolean' && name === 'deny')
    return value ? [{ code: DENIED, reason: `${asked} denies it` }] : []
  const items = Array.isArray(value) ? value : [value]
  return items.map((item: unknown) => {
    const found = objection(name, item, asked)
    return secret || found.said === undefined ? found : { ...found, reason: `${found.reason}: ${found.said}` }
  })
}

function objection(name: keyof typeof LISTS, item: unknown, asked: string): Objection {
  const under: Code = LISTS[name]
  const reason = `rule "${name}" of ${asked}`
  const wrong = (what: string) => new Misfit(`what its rule "${name}" yields ${what}`)
  if (typeof item === 'string' && name !== 'transform') return { code: under, reason, said: words(item) }
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw wrong(name === 'transform' ? 'is no object' : 'is neither a text nor an object')
  const { code, msg, path, span, replacement } = item as Record<string, unknown>
  if (msg !== undefined && typeof msg !== 'string') throw wrong('has a "msg" that is no text')
  if (path !== undefined && typeof path !== 'string') throw wrong('has a "path" that is no text')
  if (span !== undefined && !isSpan(span)) throw wrong('has a "span" that is no pair of rising whole numbers')
  if (name === 'transform' && (path === undefined || typeof replacement !== 'string'))
    throw wrong('needs a "path" and a "replacement"')
  return {
    ...coded(code, under, wrong),
    reason,
    ...(msg !== undefined && { said: words(msg) }),
    ...(path !== undefined && { place: { path, ...(span !== undefined && { span }) } }),
    ...(typeof replacement === 'string' && { replacement }),
  }
}

/** A number is the status that its caller is told; a word is a code of the policy's own, beside those of the gate. */
function coded(
  code: unknown,
  under: Code,
  wrong: (what: string) => Misfit,
): Pick<Objection, 'code' | 'under' | 'status'> {
  if (code === undefined) return { code: under }
  if (typeof code === 'number') {
    if (!Number.isInteger(code) || code < 400 || code > 499) throw wrong('has a "code" outside 400 to 499')
    return { code: under, status: code }
  }
  if (typeof code !== 'string' || !/^[a-z0-9_-]{1,64}(?:\.[a-z0-9_-]{1,64}){0,3}$/.test(code))
    throw wrong('has a "code" that is neither a status nor a word such as context.too_long')
  const gates = !code.includes('.') || (codeEntry(code) !== undefined && !code.startsWith('policy.'))
  const full = gates ? `policy.${code}` : code
  // Its action would be that of another rule: what is denied would pass as flagged.
  if (full !== under && OWN.includes(full)) throw wrong('has the "code" of another rule')
  return { code: full, under, status: 403 }
}

/** Words of a policy for the caller: one line, of a bounded length. */
function words(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, MAX_SAID)
}

function isSpan(value: unknown): value is Span {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [start, end] = value as unknown[]
  return (
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    0 <= (start as number) &&
    (start as number) <= (end as number)
  )
}
