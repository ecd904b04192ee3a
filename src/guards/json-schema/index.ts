import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Guard, Hit, Look, Span, View } from '../../core/types.ts'
import { type Checked, check, Unsupported } from './check.ts'
import { type Compiled, compile } from './compile.ts'
import { fence } from './fence.ts'
import { interpret } from './interpret.ts'
import { type Json, parse } from './parse.ts'

const config = z
  .strictObject({
    schema: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
    file: z.string().min(1).optional(),
    from: z.literal('request').optional(),
    repair: z.literal('fence').optional(),
  })
  .refine(({ schema, file, from }) => [schema, file, from].filter((each) => each !== undefined).length <= 1, {
    error: 'write one of schema, file and from: request',
  })
type Config = z.infer<typeof config>

/** Characters of a request's schema. */
const LONGEST = 64 * 1024

/** Asks of the answer that it is JSON, and fits the boundary's schema or the request's own. */
export const jsonSchema = defineGuard<Config>({
  name: 'json-schema',
  stages: ['output'],
  config,
  codes: ({ repair }) => ({
    'schema.not_json': { edits: false },
    'schema.invalid': { edits: false },
    'schema.unsupported': { edits: false },
    ...(repair && { 'schema.fenced': { edits: true } }),
  }),
  open({ schema, file, repair }): Guard {
    const reach = { hold: 'whole', lookbehind: 0, kinds: ['text'] } as const
    const repairs = repair === 'fence'
    const own = file === undefined ? schema : read(file)
    if (own !== undefined) {
      const compiled = named('schema', () => compile(own))
      return { ...reach, scope: 'part', inspect: look(compiled, repairs) }
    }
    return {
      ...reach,
      scope: 'exchange',
      compares: true,
      begin(_, asked) {
        if (asked?.schema === undefined) return { inspect: nothing }
        return { inspect: look(interpreted(asked.schema), repairs) }
      },
    }
  },
})

const nothing: Look = ({ offset, text }) => ({ hits: [], settled: offset + text.length })

function look(judge: Compiled, repairs: boolean): Look {
  return (view) => {
    const { part, final, from, offset, text } = view
    // What a model thinks, refuses or tells beside its answer is no answer, and an empty text says nothing.
    if (!final) return { hits: [], settled: from }
    const hits = part.answer && text !== '' ? judged(view, judge, repairs) : []
    return { hits, settled: offset + text.length }
  }
}

function judged({ offset, text }: View, judge: Compiled, repairs: boolean): Hit[] {
  const hit = (code: string, reason: string, [start, end]: Span = [0, text.length]): Hit => ({
    code: `schema.${code}`,
    reason,
    score: 1,
    span: [offset + start, offset + end],
  })
  const inside = repairs ? fence(text) : undefined
  const parsed = parse(inside === undefined ? text : text.slice(...inside))
  if ('deep' in parsed) return [hit('unsupported', 'the answer is nested too deep')]
  if ('wrong' in parsed) return [hit('not_json', parsed.wrong)]
  try {
    const failed = judge(parsed.value)
    if (failed !== undefined) return [hit('invalid', `it does not fit the schema: ${failed}`)]
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    return [hit('unsupported', `the schema was not judged by: ${error.message}`)]
  }
  if (inside === undefined) return []
  // The fence's two halves, each by itself: what is between them is other guards' to edit.
  return [[0, inside[0]] as const, [inside[1], text.length] as const].map((span) => ({
    ...hit('fenced', 'a Markdown fence stands around the JSON', span),
    edit: { replace: '' },
  }))
}

/** By a request's schema, which is read when the first answer has come. */
function interpreted(text: string): Compiled {
  let checked: Checked | undefined
  return (value) => {
    if (text.length > LONGEST) throw new Unsupported(`it is longer than ${LONGEST} characters`)
    checked ??= check(JSON.parse(text) as Json)
    return interpret(checked, value)
  }
}

function read(file: string): boolean | object {
  return named(`file: ${file}`, () => {
    const parsed = parse(readFileSync(file, 'utf8'))
    if ('deep' in parsed) throw new Error('it is nested more than 32 deep')
    if ('wrong' in parsed) throw new Error(`${parsed.wrong}; write a JSON Schema there`)
    const { value } = parsed
    if (typeof value !== 'boolean' && (typeof value !== 'object' || value === null || Array.isArray(value)))
      throw new Error('it is no schema; write an object or true')
    return value
  })
}

function named<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : 'it cannot be used'}`)
  }
}
