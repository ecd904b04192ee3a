import { describe, expect, it } from 'vitest'
import { PROTOCOLS } from '../../src/protocols/index.ts'
import { bodies, spoken } from './bodies.ts'
import { listFields } from './fields.ts'
import { complaints, write } from './program.ts'
import { DIRECTIONS, SPECS } from './specs.ts'
import { bodiesOf, classification, type Row, read, shown } from './table.ts'
import { typeTree } from './walk.ts'

/** No SDK has types for it: the gate's own path takes four fields and refuses all others. */
const OURS = ['generate']

it('every protocol of an SDK is held against its types', () => {
  const named = SPECS.map(({ protocol }) => protocol.name)
  expect([...new Set([...named, ...OURS])].sort()).toEqual(PROTOCOLS.map(({ name }) => name).sort())
})

const isTaken = ({ takenFor }: Row, as: string): boolean => takenFor.split(' | ').includes(as)
const UNREAD = /^(media\(.*\)|repeat|withheld|failure)$/
const line = ({ direction, field, takenFor }: Row): string => `${direction} ${field}: ${takenFor}`

const titled = SPECS.map((spec) => [spec.label ?? spec.protocol.name, spec] as const)
describe.each(titled)('%s and its SDK', (name, spec) => {
  const rows = classification(spec)
  // `SHOW_FIELDS=1 npx vitest run test/types` prints what each field is taken for.
  if (process.env.SHOW_FIELDS !== undefined) console.log(`${name}\n${shown(rows)}`)

  const types = DIRECTIONS.flatMap((direction) => spec.documents[direction]?.types ?? [])
  it.each(types)('%s: the bodies are of the type, and have every field of it', (type) => {
    const tree = typeTree(spec.module, type)
    const made = bodies(tree, { marker: spoken })
    const file = `${name}.${type}.ts`
    const imported = `import type { ${type} as T } from '${spec.module}'\n`
    write(file, imported + made.map(({ text }, i) => `export const b${i}: T = ${text}\n`).join(''))
    expect(complaints(file)).toEqual([])
    const filled = new Set(made.flatMap((body) => body.filled.map(({ field }) => field)))
    expect(listFields(tree).filter(({ field }) => !filled.has(field))).toEqual([])
  })

  it('every marker is written once, or is in what is not read or taken out', () => {
    const wrong = new Set<string>()
    const known = new Map(rows.map((row) => [`${row.direction} ${row.field}`, row.takenFor.split(' | ')]))
    for (const direction of DIRECTIONS)
      for (const { text, filled } of bodiesOf(spec, direction, spoken)) {
        const writes = read(spec.protocol, direction, text)?.writes ?? []
        for (const { field, is, value } of filled) {
          if (is !== 'string' && is !== 'key') continue
          const found = writes.filter((each) => each.value.includes(value)).length
          const counts = known.get(`${direction} ${field}`)?.map((as) => (UNREAD.test(as) ? 0 : 1)) ?? [1]
          if (!counts.some((count) => count === found)) wrong.add(`${direction} ${field}: ${found}`)
        }
      }
    expect([...wrong]).toEqual([])
  })

  it('no field is lost', () => {
    expect(rows.filter((row) => isTaken(row, 'lost')).map(line)).toEqual([])
  })

  it('somebody has decided what each field is', () => {
    const unknown = rows.filter((row) => isTaken(row, 'unknown'))
    const patterns = DIRECTIONS.flatMap((direction) =>
      (spec.undecided?.[direction] ?? []).map((source) => ({ direction, pattern: new RegExp(source) })),
    )
    const fits = (row: Row, { direction, pattern }: (typeof patterns)[number]) =>
      row.direction === direction && pattern.test(row.field)
    expect(unknown.filter((row) => !patterns.some((each) => fits(row, each))).map(line)).toEqual([])
    // What has been decided is undecided no more.
    expect(patterns.filter((each) => !unknown.some((row) => fits(row, each)))).toEqual([])
  })

  it('the fields that matter most are what they should be', () => {
    for (const direction of DIRECTIONS) {
      const expected = spec.expected[direction] ?? {}
      const found = rows.filter((row) => row.direction === direction && row.field in expected)
      expect(Object.fromEntries(found.map((row) => [row.field, row.takenFor]))).toEqual(expected)
    }
  })
})
