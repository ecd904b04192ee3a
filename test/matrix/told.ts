import { APICallError } from 'ai'

/** What an application can read of an error, whichever SDK it is from. */
export interface Told {
  /** The name of its class, or what it is. */
  kind: string
  status: number | undefined
  code: string | undefined
  type: string | undefined
  message: string
  /** All that it holds, to be searched for what nobody may read. */
  all: string
}

type Fields = Record<string, unknown>
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export function told(error: unknown): Told {
  const given = fields(error)
  // The AI SDK wraps what the last attempt met.
  const { lastError } = given
  if (lastError !== undefined) {
    const last = told(lastError)
    return { ...last, kind: `${nameOf(error)} of ${last.kind}` }
  }
  const body = APICallError.isInstance(error) ? fields(given.data).error : given.error
  const said = fields(fields(body).error ?? body)
  const status = given.status ?? given.statusCode
  return {
    kind: nameOf(error),
    status: typeof status === 'number' ? status : undefined,
    code: text(given.errorCode) ?? text(given.code) ?? text(said.code) ?? codeIn(given.responseBody),
    type: text(given.type) ?? text(said.type),
    message: text(given.message) ?? text(said.message) ?? '',
    all: allOf(error),
  }
}

function codeIn(body: unknown): string | undefined {
  try {
    return text(fields(fields(JSON.parse(String(body))).error).code)
  } catch {
    return undefined
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no Error'
  if (error instanceof DOMException) return error.name
  return error.constructor.name.replace(/^_/, '')
}

function allOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return String(error)
  if (error instanceof Headers) return JSON.stringify([...error])
  // What was asked, and of whom, the application knows.
  const own = Object.getOwnPropertyNames(error).filter(
    (name) => !['stack', 'requestBodyValues', 'url'].includes(name),
  )
  return own.map((name) => `${name}: ${allOf((error as Fields)[name], depth + 1)}`).join('\n')
}
