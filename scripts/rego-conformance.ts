/**
 * OPA's own cases of conformance, through the engine as the gate runs it: `npx tsx scripts/rego-conformance.ts`.
 * They come with the OPA module, in Go's module cache. Says how many pass, and exits with 1 when one fails that
 * `rego/cases/left-out.json` does not name, or one passes that it names.
 *
 * Each is asked as it stands; whichever asks what a boundary could, `data.a.b = x`, is asked once more in that way.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { regoEngine } from '../src/adapters/rego/index.ts'
import { openPool } from '../src/adapters/rego/pool.ts'
import { loadInThread, type ThreadEvents, thread } from '../src/adapters/rego/threads.ts'
import { go } from './go.ts'

interface Case {
  file: string
  note: string
  query: string
  modules?: string[]
  data?: object
  input?: unknown
  input_term?: string
  want_result?: Record<string, unknown>[]
  want_error?: string
  want_error_code?: string
  sort_bindings?: boolean
  ignore_generated_vars?: boolean
  strict_error?: boolean
  experimental_keywords?: boolean
}

interface Found {
  code?: string
  message?: string
  bindings?: Record<string, unknown>[] | null
}

const MEMORY = 512 * 1024 * 1024
const PATIENCE = 120_000
const LEFT_OUT = new URL('../rego/cases/left-out.json', import.meta.url)

/** Marks the digits of a number that is kept as a string: JavaScript would make others of many digits. */
const MARK = '\uE000'
const exact = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  )
const restored = (value: unknown): string =>
  JSON.stringify(value).replaceAll(new RegExp(`"${MARK}([^"]*)"`, 'g'), '$1')

/** One text for all that is equal. */
function canonical(value: unknown, sets: boolean): string {
  if (typeof value === 'string' && value.startsWith(MARK)) {
    const digits = value.slice(1)
    return /^-?\d+$/.test(digits) ? digits : String(Number(digits))
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item, false))
    return `[${(sets ? items.sort() : items).join()}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, sets)}`)
  return `{${fields.sort().join()}}`
}

/** What differs; nothing when the case passes. */
function differs(wanted: Case, found: Found): string | undefined {
  const { want_error: text, want_error_code: code, want_result: result } = wanted
  if (text !== undefined || code !== undefined) {
    if (found.message === undefined) return 'it should fail'
    if (code !== undefined && found.code !== code) return `it fails with ${found.code}: ${found.message}`
    return text === undefined || found.message.includes(text) ? undefined : `it fails with ${found.message}`
  }
  if (found.message !== undefined) return `it fails with ${found.code}: ${found.message}`
  const all = (bindings: readonly object[]): string =>
    [...new Set(bindings.map((each) => canonical(each, wanted.sort_bindings === true)))].sort().join('\n')
  const [is, should] = [all(found.bindings ?? []), all(result ?? [])]
  return is === should ? undefined : `it gives ${is} and not ${should}`
}

const modulesOf = ({ modules = [] }: Case) => modules.map((source, i) => ({ file: `test-${i}.rego`, source }))

async function main(): Promise<void> {
  const leftOut = JSON.parse(readFileSync(LEFT_OUT, 'utf8')) as Record<string, string>
  const opa = go(['list', '-m', '-f', '{{.Dir}}', 'github.com/open-policy-agent/opa'])
  const lines = go(['run', './cases', join(opa, 'v1/test/cases/testdata/v1')]).split('\n')
  const { module } = await loadInThread(MEMORY)
  const start = (events: ThreadEvents) => thread({ module, memory: MEMORY }, events)
  const pool = openPool({ threads: 1, queue: 1, start, warn: console.warn })
  const rego = regoEngine({ warn: console.warn })

  async function asItStands(each: Case): Promise<Found> {
    const call = JSON.stringify({
      op: 'case',
      modules: modulesOf(each),
      data: each.data === undefined ? '' : restored(each.data),
      case: {
        query: each.query,
        term: each.input_term ?? (each.input === undefined ? '' : restored(each.input)),
        strictErrors: each.strict_error === true,
        experimental: each.experimental_keywords === true,
      },
    })
    const found = await pool.run({ job: { call }, wait: PATIENCE, patience: PATIENCE })
    return JSON.parse(exact(found)) as Found
  }

  /** As `use: rego` asks: modules read strictly, errors of builtins never swallowed. Nothing where that refuses or cannot ask. */
  async function asGate(each: Case): Promise<Found | undefined> {
    const query = /^(data(?:\.\w+)+) = x$/.exec(each.query)?.[1]
    if (query === undefined || each.want_result === undefined || each.input_term !== undefined)
      return undefined
    // A boundary always has an input.
    if (each.input === undefined && each.modules?.some((text) => text.includes('input'))) return undefined
    const data = restored(each.data ?? {})
    const compiled = await rego.compile({ modules: modulesOf(each), data, asks: [{ query }] })
    if ('problems' in compiled) return undefined
    const answer = await compiled.program.decide(0, restored(each.input ?? {}), PATIENCE)
    if ('error' in answer) return undefined
    return { bindings: 'value' in answer ? [{ x: answer.value }] : [] }
  }

  const failed: string[] = []
  let passed = 0
  let asked = 0
  const seen = new Set<string>()
  for (const line of lines) {
    const each = JSON.parse(exact(line)) as Case
    const difference = differs(
      each,
      await asItStands(each).catch((error: Error) => ({ message: error.message })),
    )
    const name = `${each.file}: ${each.note}`
    if (difference === undefined) passed++
    if (difference !== undefined && leftOut[each.note] === undefined) failed.push(`${name}: ${difference}`)
    if (difference === undefined && leftOut[each.note] !== undefined) failed.push(`${name}: it passes now`)
    seen.add(each.note)
    const found = await asGate(each)
    if (found === undefined) continue
    asked++
    const gate = differs(JSON.parse(restored(each)), found)
    if (gate !== undefined) failed.push(`${name}, asked as a boundary asks: ${gate}`)
  }
  for (const note of Object.keys(leftOut)) if (!seen.has(note)) failed.push(`${note}: there is no such case`)
  await Promise.all([pool.close(), rego.close()])
  for (const line of failed) console.error(line)
  console.log(`${asked} of the cases that pass were asked as a boundary asks too`)
  // In vitest's words: .ci/run counts them.
  const bad = failed.length === 0 ? '' : `${failed.length} failed | `
  console.log(
    `      Tests  ${bad}${passed} passed | ${Object.keys(leftOut).length} left out (${lines.length})`,
  )
  if (failed.length > 0) process.exitCode = 1
}

await main()
