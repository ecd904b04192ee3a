import { isDeepStrictEqual } from 'node:util'
import type { Finding } from '../../core/types.ts'
import type { Case } from './cases.ts'
import type { Outcome } from './gate.ts'
import type { Given } from './given.ts'
import { type Heard, heard, read } from './heard.ts'

/** What came otherwise than it was expected. Lines of text. */
export interface Difference {
  of: string
  expected: readonly string[]
  got: readonly string[]
}

/** Where what came differs from what a case expects, and from what it takes for granted. */
export function differences(of: Case, given: Given, outcome: Outcome): Difference[] {
  const { record, status, sent, trouble } = outcome
  const { expect } = of
  const said = heard(given.path, outcome)
  const found: Difference[] = []
  const differs = (what: string, expected: readonly string[], got: readonly string[]): void =>
    void found.push({ of: what, expected, got })

  // What another boundary makes of it says nothing of this one.
  if (record.boundary !== of.boundary && !isMeant(of, outcome)) {
    differs('boundary', [of.boundary], [record.boundary ?? refusal(outcome, said)])
    return found
  }
  if (trouble !== undefined) differs('gate', ['no trouble'], [trouble])
  if (expect.verdict !== undefined && record.verdict !== expect.verdict)
    differs('verdict', [expect.verdict], [record.verdict])
  if (expect.codes !== undefined && !areFound(expect.codes, outcome))
    differs('codes', expect.codes.length === 0 ? ['none'] : expect.codes, shownCodes(outcome))
  if (expect.status !== undefined && status !== expect.status)
    differs('status', [String(expect.status)], [String(status)])
  // Whoever expects that a call passes does not expect that it is refused for another reason.
  else if (expect.status === undefined && passes(expect.verdict) && record.code !== undefined)
    differs('status', ['200'], [refusal(outcome, said)])
  if (expect.text !== undefined && said.text !== expect.text)
    differs('text', lines(expect.text), lines(said.text))
  if (expect.message !== undefined && said.message?.includes(expect.message) !== true)
    differs('message', [expect.message], [said.message ?? 'no error'])
  if (expect.sent !== undefined) {
    const different = sentOtherwise(expect.sent, sent)
    if (different !== undefined) found.push(different)
  }
  return found
}

/** Whether a case expects that no boundary serves its call. */
const isMeant = ({ expect: { codes, status: expected } }: Case, { record, status }: Outcome): boolean =>
  record.boundary === undefined &&
  (expected === status || (record.code !== undefined && codes?.includes(record.code) === true))

const passes = (verdict: Case['expect']['verdict']): boolean => verdict !== undefined && verdict !== 'block'

const lines = (text: string): string[] => text.split('\n')

const refusal = ({ status, record }: Outcome, { message }: Heard): string =>
  `${status} ${record.code ?? ''}${message === undefined ? '' : `: ${message}`}`

/** All codes that were found, and the one that the caller was told. */
function codesOf({ record }: Outcome): ReadonlySet<string> {
  const codes = new Set(record.findings.map(({ code }) => code))
  if (record.code !== undefined) codes.add(record.code)
  return codes
}

function areFound(expected: readonly string[], outcome: Outcome): boolean {
  const codes = codesOf(outcome)
  return expected.length === 0 ? codes.size === 0 : expected.every((code) => codes.has(code))
}

function shownCodes(outcome: Outcome): string[] {
  const { findings, code } = outcome.record
  const shown = new Set(findings.map(shownFinding))
  if (code !== undefined && !findings.some((finding) => finding.code === code))
    shown.add(`${code} (the gate)`)
  return shown.size === 0 ? ['none'] : [...shown]
}

const shownFinding = ({ code, stage, guard, action, shadow }: Finding): string =>
  `${code} (${stage}/${guard}, ${action}${shadow === true ? ', only tried' : ''})`

function sentOtherwise(
  expected: NonNullable<Case['expect']['sent']>,
  sent: Outcome['sent'],
): Difference | undefined {
  if (typeof expected === 'string') {
    const last = sent && read(sent).last
    if (last === expected) return undefined
    return { of: 'sent', expected: lines(expected), got: last === undefined ? NOTHING : lines(last) }
  }
  const body = (sent && read(sent).body) as Record<string, unknown> | undefined
  const fields = Object.keys(expected)
  const shown = body && Object.fromEntries(fields.map((name) => [name, body[name]]))
  if (isDeepStrictEqual(shown, expected)) return undefined
  return { of: 'sent', expected: json(expected), got: shown === undefined ? NOTHING : json(shown) }
}

const NOTHING: readonly string[] = ['nothing: the call was refused before']

const json = (value: unknown): string[] => lines(JSON.stringify(value, undefined, 2))
