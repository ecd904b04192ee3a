import type { Said } from '../types.ts'
import { type Fields, fields, list } from './fields.ts'

/** Who speaks. Every protocol has names of its own for these. */
export type Role = 'system' | 'user' | 'assistant' | 'tool'

export interface Message {
  role: Role
  text: string
}

export interface Tool {
  name: string
  description: string
  /** Names of its string parameters, the required ones first. */
  strings: readonly string[]
  /** Takes any text, not a JSON object. */
  freeform?: boolean
}

/** What this model understands of a request, whatever the protocol. */
export interface Request {
  model: string
  messages: readonly Message[]
  tools: readonly Tool[]
  /** A tool's name, `none`, `required` or `auto`. */
  choice: string
  /** How many answers. */
  n: number
  /** Words. */
  maxTokens: number
  /** Where the answer ends before any of these would be said. */
  stop: readonly string[]
  /** The answer is a JSON object that fits this JSON schema. */
  schema: Fields | undefined
  /** Whether it thinks aloud first. */
  thinking: boolean
  stream: boolean
  /** The answer, whatever is asked. */
  says?: Said | undefined
}

/** A request that says what is given here, and nothing else. */
export function requestOf(given: Pick<Request, 'model' | 'messages'> & Partial<Request>): Request {
  return {
    tools: [],
    choice: 'auto',
    n: 1,
    maxTokens: Number.POSITIVE_INFINITY,
    stop: [],
    schema: undefined,
    thinking: false,
    stream: false,
    ...given,
  }
}

/** A tool whose parameters a JSON schema describes. */
export function toolOf(name: string, description: string, schema: unknown): Tool {
  const properties = fields(fields(schema).properties)
  const required = new Set(list(fields(schema).required))
  const names = Object.keys(properties).filter((key) => fields(properties[key]).type === 'string')
  const strings = [...names.filter((key) => required.has(key)), ...names.filter((key) => !required.has(key))]
  return { name, description, strings }
}
