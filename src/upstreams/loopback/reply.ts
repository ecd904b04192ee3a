import { argumentsFor, type Order, ordersIn } from './orders.ts'
import { record } from './people.ts'
import type { Message, Request } from './request.ts'

export interface Call {
  name: string
  /** JSON, or what the caller wrote in its place. */
  arguments: string
}

/** What the model says in one choice. */
export interface Turn {
  text: string
  calls: readonly Call[]
}

const OPENINGS = ['You asked', 'Your words were', 'I was asked', 'The question was'] as const
const QUOTED_WORDS = 12
/** What the gate puts in the place of masked values. */
const TOKEN = /\[[A-Z_]{1,40}[0-9]{1,6}\]/g

/** The answer to a request; `choice` counts from 0. The same request always gets the same answer. */
export function reply(request: Request, choice: number): Turn {
  const { messages, tools } = request
  const last = messages.at(-1)
  const asked = messages.findLast((message) => message.role === 'user')?.text ?? ''
  const orders = [
    ...tools.flatMap((tool) => ordersIn(tool.description, tools).filter(({ do: what }) => what !== 'record')),
    ...messages.flatMap((message) => obeyed(message, message === last, asked, request)),
  ]

  const calls = orders.flatMap((order) =>
    order.do === 'call' ? [{ name: order.tool, arguments: order.arguments }] : [],
  )
  const forced = tools.find((tool) => tool.name === request.choice) ?? tools[0]
  if (calls.length === 0 && forced !== undefined && last?.role !== 'tool') {
    if (request.choice === 'required' || request.choice === forced.name) {
      calls.push({ name: forced.name, arguments: argumentsFor(forced, ` with ${asked}`) })
    }
  }
  if (request.choice === 'none') calls.length = 0

  const said = orders.flatMap((order) => spoken(order, messages, asked, choice))
  if (said.length > 0) return { text: said.join('\n'), calls }
  if (calls.length > 0) return { text: '', calls }
  return { text: plainly(last, asked, choice), calls }
}

/** Old turns of the user are done with; a tool is called for the last message only, or it would be called forever. */
function obeyed(message: Message, isLast: boolean, asked: string, request: Request): Order[] {
  if (message.role === 'user') {
    if (message.text !== asked) return []
    return ordersIn(message.text, request.tools).filter((order) => order.do !== 'call' || isLast)
  }
  if (message.role === 'tool' || message.role === 'function') {
    return ordersIn(message.text, request.tools).filter(
      (order) => order.do === 'say' || order.do === 'reveal' || (order.do === 'call' && isLast),
    )
  }
  if (message.role === 'system' || message.role === 'developer') {
    return ordersIn(message.text, request.tools).filter((order) => order.do === 'say')
  }
  return []
}

function spoken(order: Order, messages: readonly Message[], asked: string, choice: number): string[] {
  switch (order.do) {
    case 'say':
      return [order.text]
    case 'reveal': {
      const prompts = messages.filter(({ role }) => role === 'system' || role === 'developer')
      return [prompts.length === 0 ? 'I have no system prompt.' : prompts.map(({ text }) => text).join('\n')]
    }
    case 'record':
      return [record(asked, choice)]
    case 'call':
      return []
  }
}

function plainly(last: Message | undefined, asked: string, choice: number): string {
  if (last?.role === 'tool' || last?.role === 'function') return `The tool answered: ${quote(last.text)}`
  const opening = OPENINGS[choice % OPENINGS.length]
  const quoted = quote(asked)
  const answer = `${opening}: "${quoted}". I am the model built into the gate, and this is all I know about it.`
  const tokens = [...new Set(asked.match(TOKEN))].filter((token) => !quoted.includes(token))
  return tokens.length === 0 ? answer : `${answer} I have noted ${tokens.join(', ')}.`
}

function quote(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return words.length <= QUOTED_WORDS ? words.join(' ') : `${words.slice(0, QUOTED_WORDS).join(' ')} …`
}
