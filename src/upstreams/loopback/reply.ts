import { argumentsFor, type Order, ordersIn } from './orders.ts'
import { record } from './people.ts'
import type { Message, Request } from './request.ts'
import { shaped } from './shaped.ts'
import { words } from './words.ts'

export interface Call {
  name: string
  /** JSON, or the text that a freeform tool is to get. */
  arguments: string
  freeform: boolean
}

/** One answer. */
export interface Turn {
  /** Empty unless it was to think aloud. */
  thinking: string
  /** As far as it may be said. */
  text: string
  calls: readonly Call[]
  /** What cut the text short, if anything did. */
  cut: 'length' | 'stop' | undefined
  /** Which of the request's `stop` it was. */
  stop: string | undefined
}

const OPENINGS = ['You asked', 'Your words were', 'I was asked', 'The question was'] as const
const QUOTED_WORDS = 12
/** What the gate puts in the place of masked values. */
const TOKEN = /\[[A-Z_]{1,40}[0-9]{1,6}\]/g

/** The answers to a request. The same request always gets the same ones. */
export function replies(request: Request): Turn[] {
  return Array.from({ length: request.n }, (_, choice) => reply(request, choice))
}

/** One answer of them; `choice` counts from 0. */
export function reply(request: Request, choice: number): Turn {
  const { messages, tools, says } = request
  if (says !== undefined) {
    const calls = says.calls.map((call) => ({ ...call, freeform: false }))
    return { thinking: '', text: says.text, calls, cut: undefined, stop: undefined }
  }
  const last = messages.at(-1)
  const asked = messages.findLast((message) => message.role === 'user')?.text ?? ''
  const answered = messages.findLastIndex((message) => message.role === 'assistant')
  const orders = [
    ...tools.flatMap((tool) => ordersIn(tool.description, tools).filter(({ do: what }) => what !== 'record')),
    ...messages.flatMap((message, at) => obeyed(message, at > answered, asked, request)),
  ]

  const calls = orders.flatMap((order) =>
    order.do === 'call' ? [callOf(order.tool, order.arguments, request)] : [],
  )
  const forced = tools.find((tool) => tool.name === request.choice) ?? tools[0]
  if (calls.length === 0 && forced !== undefined && last?.role !== 'tool') {
    if (request.choice === 'required' || request.choice === forced.name) {
      calls.push(callOf(forced.name, argumentsFor(forced, ` with ${asked}`), request))
    }
  }
  if (request.choice === 'none') calls.length = 0

  const thinking = request.thinking ? `I was asked "${quote(asked)}", and I do what I am told.` : ''
  return { thinking, calls, ...limited(saying(orders, calls, request, asked, choice), request) }
}

function saying(
  orders: readonly Order[],
  calls: readonly Call[],
  { messages, schema }: Request,
  asked: string,
  choice: number,
): string {
  const last = messages.at(-1)
  const said = orders.flatMap((order) => spoken(order, messages, asked, choice))
  if (said.length === 0 && calls.length > 0) return ''
  const told = said.join('\n')
  if (schema !== undefined) {
    return shaped(schema, said.length > 0 ? told : quote(last?.role === 'tool' ? last.text : asked))
  }
  return said.length > 0 ? told : plainly(last, asked, choice)
}

/** As much of a text as may be said. */
function limited(text: string, { stop, maxTokens }: Request): Pick<Turn, 'text' | 'cut' | 'stop'> {
  let end = text.length
  let by: string | undefined
  for (const mark of stop) {
    const at = text.indexOf(mark)
    if (at === -1 || at >= end) continue
    end = at
    by = mark
  }
  const until = words(text.slice(0, end))
  if (until.length > maxTokens) {
    return { text: until.slice(0, maxTokens).join(''), cut: 'length', stop: undefined }
  }
  return { text: text.slice(0, end), cut: by === undefined ? undefined : 'stop', stop: by }
}

function callOf(name: string, given: string, { tools }: Request): Call {
  return { name, arguments: given, freeform: tools.find((tool) => tool.name === name)?.freeform === true }
}

/**
 * Old turns of the user are done with. A tool is called because of what is new since the last answer, and not once
 * it has answered, or it would be called forever.
 */
function obeyed(message: Message, isNew: boolean, asked: string, request: Request): Order[] {
  if (message.role === 'user') {
    if (message.text !== asked) return []
    const mayCall = isNew && request.messages.at(-1)?.role !== 'tool'
    return ordersIn(message.text, request.tools).filter((order) => order.do !== 'call' || mayCall)
  }
  if (message.role === 'tool') {
    return ordersIn(message.text, request.tools).filter(
      (order) => order.do === 'say' || order.do === 'reveal' || (order.do === 'call' && isNew),
    )
  }
  if (message.role === 'system') {
    return ordersIn(message.text, request.tools).filter((order) => order.do === 'say')
  }
  return []
}

function spoken(order: Order, messages: readonly Message[], asked: string, choice: number): string[] {
  switch (order.do) {
    case 'say':
      return [order.text]
    case 'reveal': {
      const prompts = messages.filter(({ role }) => role === 'system')
      return [prompts.length === 0 ? 'I have no system prompt.' : prompts.map(({ text }) => text).join('\n')]
    }
    case 'record':
      return [record(asked, choice)]
    case 'call':
      return []
  }
}

function plainly(last: Message | undefined, asked: string, choice: number): string {
  if (last?.role === 'tool') return `The tool answered: ${quote(last.text)}`
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
