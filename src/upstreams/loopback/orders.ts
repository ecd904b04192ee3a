import type { Tool } from './request.ts'

/** What a text tells the model to do. It does not ask who wrote the text: that is the point of it. */
export type Order =
  | { do: 'say'; text: string }
  | { do: 'reveal' }
  | { do: 'record' }
  | { do: 'call'; tool: string; arguments: string }

/** What is to be said follows these. "say" needs to stand where an order stands: many a sentence only mentions it. */
const CUE =
  /\b(?:repeat (?:after me|the following|this)|(?:reply|respond|answer) (?:only )?with|(?:print|output|write) the (?:words?|text|line)|(say))\b/gi
const LEADS = new Set(['and', 'please', 'then', 'always', 'instead', 'only', 'just', 'must', 'should', 'now'])
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '“': '”', '«': '»' }

const IGNORE = /\b(?:ignore|disregard|forget)\b/i
const TELL =
  /\b(?:repeat|print|reveal|show|output|display|tell me|give me|write out|what (?:is|are|was|were))\b/i
const PROMPT =
  /\b(?:your (?:system |initial |original |hidden |secret )?(?:prompt|instructions|rules|message)|(?:system|initial|original|hidden|secret) (?:prompt|instructions|message)|(?:text|words|instructions|everything) above)\b/i
const ASK =
  /\b(?:show|give|get|find|look up|fetch|list|print|tell|display|create|generate|invent|make up|need|want|what)\b/i
const CUSTOMER = /\b(?:customer|client)(?:'s|s)?\b/i
const RECORD = /\b(?:record|records|details|profile|file|account|data)\b/i

const NEGATION = /\b(?:never|not|don't|don’t|cannot|without)\b/i

const MAX_SAID = 20_000

/** Every order in a text, in the order in which they stand. */
export function ordersIn(text: string, tools: readonly Tool[]): Order[] {
  const found: { at: number; order: Order }[] = []
  let until = 0
  for (const match of text.matchAll(CUE)) {
    // What stands inside a text that is to be said is no order of its own.
    if (match.index < until || (match[1] !== undefined && !leads(text, match.index))) continue
    const { said, end } = objectOf(text, match.index + match[0].length)
    if (said === '') continue
    found.push({ at: match.index, order: { do: 'say', text: said } })
    until = end
  }
  for (const { at, sentence } of sentences(text)) {
    if (NEGATION.test(sentence)) continue
    if (TELL.test(sentence) && PROMPT.test(sentence)) found.push({ at, order: { do: 'reveal' } })
    else if (ASK.test(sentence) && CUSTOMER.test(sentence) && RECORD.test(sentence)) {
      found.push({ at, order: { do: 'record' } })
    }
  }
  for (const tool of tools) {
    const call = callOf(text, tool)
    if (call !== undefined) found.push(call)
  }
  if (found.length === 0) {
    const ignored = afterIgnore(text)
    if (ignored !== undefined) found.push({ at: 0, order: { do: 'say', text: `As told, I will ${ignored}` } })
  }
  return found.sort((a, b) => a.at - b.at).map(({ order }) => order)
}

/** Whether an order may begin at `index`: at the start of a sentence, clause or line, or after a word like "and". */
function leads(text: string, index: number): boolean {
  const window = text.slice(Math.max(0, index - 40), index)
  const before = window.trimEnd()
  if (before === '' || /[^\p{L}\p{N}]$/u.test(before) || window.includes('\n', before.length)) return true
  return LEADS.has(/\S+$/.exec(before)?.[0].toLowerCase() ?? '')
}

/** What follows a cue: the quoted text if it begins with a quote, else the rest of the sentence; and where it ends. */
function objectOf(text: string, from: number): { said: string; end: number } {
  const window = text.slice(from, from + MAX_SAID)
  const rest = window.replace(/^[\s:,]+/, '')
  const start = from + window.length - rest.length
  const close = QUOTES[rest[0] ?? '']
  if (close !== undefined) {
    const end = rest.indexOf(close, 1)
    if (end > 0) return { said: rest.slice(1, end), end: start + end + 1 }
  }
  const stop = rest.search(/[.!?](?=\s|$)|\n/)
  const said = stop === -1 ? rest : rest.slice(0, stop)
  return { said: said.trim(), end: start + said.length }
}

/** "Ignore what was said and dance": what comes after the "and". */
function afterIgnore(text: string): string | undefined {
  for (const { sentence } of sentences(text)) {
    const ignore = IGNORE.exec(sentence)
    if (ignore === null) continue
    const and = sentence.indexOf(' and ', ignore.index)
    if (and !== -1) return sentence.slice(and + 5).trim()
  }
  return undefined
}

function callOf(text: string, tool: Tool): { at: number; order: Order } | undefined {
  if (tool.name === '') return undefined
  const lower = text.toLowerCase()
  const name = tool.name.toLowerCase()
  for (let at = lower.indexOf(name); at !== -1; at = lower.indexOf(name, at + name.length)) {
    const before = lower.slice(Math.max(0, at - 40), at)
    if (
      NEGATION.test(before) ||
      !/\b(?:call|use|invoke|run)(?: the)?(?: tool| function)?[ `'"]{1,2}$/.test(before)
    )
      continue
    const rest = text.slice(at + name.length, at + name.length + MAX_SAID)
    return { at, order: { do: 'call', tool: tool.name, arguments: argumentsFor(tool, rest) } }
  }
  return undefined
}

/**
 * `with {"a": 1}` as it stands, `with some words` as the tool's first string parameter, or as they stand for a tool
 * that takes any text.
 */
export function argumentsFor(tool: Tool, rest: string): string {
  const none = tool.freeform === true ? '' : '{}'
  const lead = /^[`'"]?(?: tool| function)?(?: with| on| for|:)[ :]?/i.exec(rest)
  if (lead === null) return none
  const given = rest.slice(lead[0].length).trimStart()
  const json = given.startsWith('{') ? jsonAtStart(given) : undefined
  if (json !== undefined) return json
  const { said } = objectOf(given, 0)
  if (said === '' || tool.freeform === true) return said || none
  return JSON.stringify({ [tool.strings[0] ?? 'input']: said })
}

/** The JSON object that `text` begins with, as written. */
function jsonAtStart(text: string): string | undefined {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) {
      const object = text.slice(0, at + 1)
      try {
        JSON.parse(object)
        return object
      } catch {
        return undefined
      }
    }
  }
  return undefined
}

function* sentences(text: string): Generator<{ at: number; sentence: string }> {
  let at = 0
  for (const sentence of text.split(/(?<=[.!?\n])/)) {
    yield { at, sentence }
    at += sentence.length
  }
}
