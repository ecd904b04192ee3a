import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { styleText } from 'node:util'
import { openExchange } from '../core/exchange.ts'
import { givenUnit } from '../core/given.ts'
import type { Clock } from '../core/ports.ts'
import { openSession } from '../core/session.ts'
import type { Action, Finding, Origin, Stage } from '../core/types.ts'
import { type BuildOptions, buildPolicy } from '../policy/build.ts'
import { readFolder } from '../policy/folder.ts'
import { suggest } from '../policy/nearest.ts'
import { showProblem } from '../policy/problem.ts'
import { readArgs, UsageError } from './args.ts'
import { scoreLine, scoresOf } from './scores.ts'
import { visible } from './terminal.ts'

export const INSPECT_USAGE =
  'sallyport inspect [FILE|-] [--boundary B] [--stage input|context|output|tool] [--config DIR] [--scores] [--json]'
const FLAGS = { boundary: 'B', stage: 'input', config: 'DIR' }

/** Whose text a stage is shown by default. */
const ORIGINS: Readonly<Record<string, Origin>> = {
  input: 'user',
  context: 'retrieved',
  output: 'model',
  tool: 'model',
}

export interface InspectDeps extends BuildOptions {
  /** To standard output. */
  out(text: string): void
  /** One line to standard error. */
  err(line: string): void
  clock: Clock
  stdin: NodeJS.ReadableStream
  /** The folder that is asked when `--config` names none. */
  defaultPolicy: string
  /** Whether standard output takes colours. */
  colours: boolean
}

/**
 * `sallyport inspect`: what a boundary makes of a text, without a gate and without a model.
 * @returns the exit status: 0 passed, flagged or edited, 1 blocked or not to be read, 2 a command line that cannot be followed
 */
export async function inspect(args: readonly string[], deps: InspectDeps): Promise<number> {
  try {
    const { values, positionals, on } = readArgs(args, FLAGS, ['json', 'scores'])
    const json = on.has('json')
    const scored = on.has('scores')
    if (positionals.length > 1) throw new UsageError('name one file, or - for standard input')
    const stage = (values.stage ?? 'input') as Stage
    const origin = ORIGINS[stage]
    if (origin === undefined)
      throw new UsageError(`unknown stage "${stage}": ${suggest(stage, Object.keys(ORIGINS))}`)
    const loaded = await buildPolicy(await readFolder(values.config ?? deps.defaultPolicy), deps)
    if ('errors' in loaded) {
      for (const problem of loaded.errors) deps.err(showProblem(problem))
      return 1
    }
    const { boundaries } = loaded.policy
    const names = boundaries.map(({ name }) => name)
    const boundary =
      values.boundary === undefined ? boundaries[0] : boundaries.find(({ name }) => name === values.boundary)
    if (boundary === undefined)
      throw new UsageError(
        `unknown boundary "${values.boundary ?? ''}": ${suggest(values.boundary ?? '', names)}`,
      )
    const [file = '-'] = positionals
    const text = file === '-' ? await readAll(deps.stdin) : await readFile(file, 'utf8')

    if (scored && deps.models === undefined) {
      deps.err('--scores: there is no guard model here')
      return 1
    }
    const scores =
      scored && deps.models !== undefined
        ? await scoresOf(await deps.models(loaded.policy.gate.models), stage, text)
        : undefined
    const exchange = openExchange({
      checks: boundary.checks,
      tenant: 'inspect',
      clock: deps.clock,
      memory: undefined,
      holdCharacters: loaded.policy.gate.limits.holdCharacters,
    })
    const session = openSession(exchange, { direction: { stage }, stream: false })
    session.push(
      givenUnit(
        {
          id: 0,
          origin,
          ...(stage === 'tool' ? { kind: 'tool_call', nested: true } : { kind: 'text', answer: true }),
        },
        text,
      ),
    )
    const { block, units } = await session.end()
    const { findings, verdict } = exchange
    const edited = block === undefined ? units[0]!.text : undefined
    if (json) {
      const told = findings.map(({ places, stage: _, ...finding }) => ({
        ...finding,
        span: places[0]?.span ?? [0, 0],
      }))
      deps.out(
        `${JSON.stringify({ boundary: boundary.name, stage, verdict, findings: told, ...(scores && { scores }), ...(edited !== undefined && { text: edited }) }, undefined, 2)}\n`,
      )
    } else {
      const paint = painter(deps.colours)
      deps.out(`${marked(text, findings, paint)}\n\n`)
      for (const finding of findings) deps.out(`${line(finding, paint)}\n`)
      if (scores !== undefined)
        deps.out(`\nthe guard model, window by window:\n${scores.map(scoreLine).join('\n')}\n`)
      if (edited !== undefined && edited !== text) deps.out(`\nleaves as:\n${visible(edited)}\n`)
      deps.out(`\n${paint(verdict, verdict)} by boundary "${boundary.name}", stage ${stage}\n`)
    }
    return verdict === 'block' ? 1 : 0
  } catch (error) {
    if (error instanceof UsageError) {
      deps.err(`${error.message}\nusage: ${INSPECT_USAGE}`)
      return 2
    }
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    deps.err((error as Error).message)
    return 1
  }
}

type Paint = (action: Action, text: string) => string

const COLOURS = { allow: 'green', flag: 'yellow', transform: 'cyan', block: 'red' } as const

function painter(colours: boolean): Paint {
  return (action, text) =>
    colours ? styleText(['underline', COLOURS[action]], text, { validateStream: false }) : text
}

const SEVERITY: readonly Action[] = ['allow', 'flag', 'transform', 'block']

/** The text with what was found underlined, in the colour of the most severe action there; in brackets without colours. */
function marked(text: string, findings: readonly Finding[], paint: Paint): string {
  const actions = new Uint8Array(text.length)
  for (const { action, places } of findings)
    for (const { span } of places)
      for (let at = span[0]; at < span[1]; at++)
        actions[at] = Math.max(actions[at]!, SEVERITY.indexOf(action) + 1)
  let out = ''
  for (let at = 0; at < text.length; ) {
    const action = actions[at]!
    const start = at
    while (at < text.length && actions[at] === action) at++
    const piece = visible(text.slice(start, at))
    if (action === 0) out += piece
    else {
      const painted = paint(SEVERITY[action - 1]!, piece)
      out += painted === piece ? `⟦${piece}⟧` : painted
    }
  }
  return out
}

function line({ action, code, guard, reason, score, places }: Finding, paint: Paint): string {
  const where = places.map(({ span }) => `${span[0]}-${span[1]}`).join(', ')
  return `${paint(action, action.padEnd(9))} ${code}  ${where}  ${reason}  (${guard}, ${score.toFixed(2)})`
}
