import { MODES, type Mode, OUTCOMES, type Outcome } from './cells.ts'
import type { Observed } from './run.ts'

const BEGIN = '<!-- made by test/matrix: begin -->\n'
const END = '<!-- made by test/matrix: end -->\n'

const OUTCOME: Readonly<Record<Outcome, string>> = {
  passes: 'it passes',
  masked: 'values are masked',
  'blocked before': 'the prompt is blocked',
  'blocked midway': 'the answer is blocked',
  limit: 'the prompt is too long',
  'provider: 500': 'the provider answers 500',
  'provider: 429': 'the provider answers 429',
  'provider: 400': 'the provider answers 400',
  'dies before': 'the provider dies before it answers',
  'dies midway': 'the provider dies in the middle',
  abort: 'the application aborts',
}
const KIND: Readonly<Record<Observed['kind'], string>> = {
  plain: 'text',
  tools: 'tool calls',
  structured: 'structured output',
  multi: 'several choices',
  usage: 'usage',
}

/** The page with what the tests saw in the place of what stood there. */
export function withMatrix(page: string, observed: readonly Observed[]): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error('the page has no place for the matrix')
  return `${before}${BEGIN}\n${tables(observed)}\n${END}${after}`
}

function tables(observed: readonly Observed[]): string {
  const clients = [...new Set(observed.map(({ client }) => client))]
  return clients
    .map((client) => {
      const own = observed.filter((cell) => cell.client === client)
      const kinds = [...new Set(own.map(({ kind }) => KIND[kind]))]
      const rows = OUTCOMES.map((outcome) => {
        const of = (mode: Mode) =>
          cellOf(own.filter((cell) => cell.outcome === outcome && cell.mode === mode))
        return `| ${OUTCOME[outcome]} | ${MODES.map(of).join(' | ')} |`
      })
      return [
        `### ${client.sdk}: \`${client.call}\`, \`${client.path}\``,
        `Asked for ${kinds.join(', ')}.${nots(client)}`,
        ['| | buffered | streamed |', '|---|---|---|', ...rows].join('\n'),
      ].join('\n\n')
    })
    .join('\n\n')
}

/** What there is none of, and why. */
function nots(client: Observed['client']): string {
  const reasons = new Map<string, string[]>()
  const add = (what: string, there: true | string | undefined) => {
    if (typeof there === 'string') reasons.set(there, [...(reasons.get(there) ?? []), what])
  }
  for (const [kind, there] of Object.entries(client.kinds)) add(KIND[kind as Observed['kind']], there)
  for (const [mode, there] of Object.entries(client.modes)) add(mode, there)
  for (const [outcome, there] of Object.entries(client.outcomes ?? {}))
    add(OUTCOME[outcome as Outcome], there)
  return [...reasons].map(([reason, whats]) => ` Not there: ${whats.join(', ')} (${reason}).`).join('')
}

/** One cell of a table: all kinds at once where an application sees the same of them. */
function cellOf(cells: readonly Observed[]): string {
  const kinds = new Map<string, string[]>()
  for (const cell of cells) {
    const sees = described(cell)
    kinds.set(sees, [...(kinds.get(sees) ?? []), KIND[cell.kind]])
  }
  if (kinds.size === 0) return '–'
  if (kinds.size === 1) return [...kinds.keys()][0]!
  return [...kinds].map(([sees, of]) => `${of.join(', ')}: ${sees}`).join('<br>')
}

function described({ outcome, seen, error, attempts }: Observed): string {
  const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
  const some = seen.texts.length > 0 ? 'some text, then ' : ''
  if (error !== undefined) {
    const { kind, status, code, type } = error
    const name = code ?? type
    const what = [kind === PLAIN ? 'an `error` part,' : `\`${kind}\``, status, name && `\`${name}\``]
    return `${some}${what.filter((each) => each !== undefined).join(' ')}, ${tries}`
  }
  if (outcome === 'abort') return `${some}${seen.ended ?? 'the loop ends'}, ${tries}`
  const masked = outcome === 'masked'
  if (seen.vectors !== undefined) return masked ? 'the vector of the masked text' : 'the vector'
  if (seen.tokens !== undefined) return masked ? 'the number of the masked text' : 'the number'
  return masked ? 'the answer, with `[EMAIL]` and `[CREDIT_CARD]`' : 'the answer'
}
/** What `told` calls what is no `Error`. */
const PLAIN = 'no Error'
