import { styleText } from 'node:util'
import { showPlace } from '../../policy/problem.ts'
import { visible } from '../terminal.ts'
import type { Case } from './cases.ts'
import type { Difference } from './compare.ts'

/** What became of one test. */
export interface Result {
  /** Under which it is listed: the boundary, or the package of Rego. */
  group: string
  name: string
  /** The file that it stands in, and where. */
  file: string
  place: string
  /** Milliseconds. */
  took: number
  /** None: it passed. */
  differences: readonly Difference[]
}

export function resultOf(
  { boundary, name, place }: Case,
  took: number,
  differences: readonly Difference[],
): Result {
  return { group: boundary, name, file: place.file, place: showPlace(place), took, differences }
}

/** Lines for a person. */
export function shown({ group, name, place, differences }: Result, colours: boolean): string[] {
  const title = visible(`${group}: ${name}`)
  if (differences.length === 0) return [`${paint('green', 'pass', colours)}  ${title}`]
  return [
    `${paint('red', 'FAIL', colours)}  ${title}  (${place}; - expected, + came)`,
    ...diffLines(differences).map((one) => {
      const line = `      ${visible(written(one))}`.trimEnd()
      if (one.sign === '-') return paint('green', line, colours)
      return one.sign === '+' ? paint('red', line, colours) : line
    }),
  ]
}

/** `-` is what was expected, `+` what came; above them stands what they are about. */
function diffLines(differences: readonly Difference[]): DiffLine[] {
  return differences.flatMap(({ of, expected, got }) => {
    const alike = commonStart(expected, got)
    const end = commonStart(expected.slice(alike).reverse(), got.slice(alike).reverse())
    const marked = (sign: DiffLine['sign'], all: readonly string[]) =>
      all.map((text): DiffLine => ({ sign, text }))
    return [
      { sign: '', text: of },
      ...marked(' ', expected.slice(0, alike)),
      ...marked('-', expected.slice(alike, expected.length - end)),
      ...marked('+', got.slice(alike, got.length - end)),
      ...marked(' ', expected.slice(expected.length - end)),
    ]
  })
}

interface DiffLine {
  /** None: it says what the lines below are about. */
  sign: '-' | '+' | ' ' | ''
  text: string
}

const written = ({ sign, text }: DiffLine): string => (sign === '' ? text : `  ${sign} ${text}`)

function commonStart(a: readonly string[], b: readonly string[]): number {
  let count = 0
  while (count < a.length && count < b.length && a[count] === b[count]) count++
  return count
}

const paint = (colour: 'red' | 'green', text: string, colours: boolean): string =>
  colours ? styleText(colour, text, { validateStream: false }) : text

/** JUnit's XML, as CI systems read it: a suite for each file. */
export function junit(results: readonly Result[]): string {
  const files = new Map<string, Result[]>()
  for (const result of results) files.set(result.file, [...(files.get(result.file) ?? []), result])
  const suites = [...files].flatMap(([file, own]) => [
    `  <testsuite name="${xml(file)}" ${counts(own)}>`,
    ...own.flatMap(testcase),
    '  </testsuite>',
  ])
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts(results)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function testcase({ group, name, place, took, differences }: Result): string[] {
  const open = `    <testcase classname="${xml(group)}" name="${xml(name)}" time="${seconds(took)}"`
  if (differences.length === 0) return [`${open}/>`]
  const what = differences.map(({ of }) => of).join(', ')
  const diff = diffLines(differences).map(written)
  return [
    `${open}>`,
    `      <failure message="${xml(`differs: ${what}`)}">${xml([place, ...diff].join('\n'))}</failure>`,
    '    </testcase>',
  ]
}

function counts(results: readonly Result[]): string {
  const failures = results.filter(({ differences }) => differences.length > 0).length
  const time = results.reduce((sum, { took }) => sum + took, 0)
  return `tests="${results.length}" failures="${failures}" errors="0" time="${seconds(time)}"`
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
}

/** XML 1.0 has no way to write most control characters, and none for half a surrogate pair. */
function xml(text: string): string {
  return text
    .replace(/\p{Surrogate}|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"\n\t\r]/g, (character) => ENTITIES[character]!)
}
