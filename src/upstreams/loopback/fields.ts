/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

/** What is not there, or is something else than was looked for, reads as empty: real models are as forgiving. */
export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const string = (value: unknown): string => (typeof value === 'string' ? value : '')
export const count = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise

/** A string or a list of strings, of which the empty ones say nothing. */
export const strings = (value: unknown): string[] =>
  (Array.isArray(value) ? value.map(string) : [string(value)]).filter((text) => text !== '')

/** The texts of a message's content: a string, or parts that each may have a `text`. */
export const textOf = (content: unknown): string =>
  Array.isArray(content) ? content.map((part) => string(fields(part).text)).join('\n') : string(content)

/** @throws Error that says what is wrong with the body. */
export function parseBody(body: Uint8Array | string): Fields {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  try {
    return fields(JSON.parse(text))
  } catch {
    throw new Error('The body is not JSON.')
  }
}

/** @throws Error when there is none. */
export function modelOf(body: Fields): string {
  if (typeof body.model !== 'string') throw new Error("'model' must be a string.")
  return body.model
}

/** @throws Error unless `body[name]` is a list with something in it. */
export function filledList(body: Fields, name: string): readonly unknown[] {
  const value = list(body[name])
  if (value.length === 0) throw new Error(`'${name}' must be a list that is not empty.`)
  return value
}

const MAX_INPUTS = 2_048

/**
 * A text, token numbers, or a list of either: the inputs that it holds.
 * @throws Error when it is something else.
 */
export function inputsOf(value: unknown, name: string): readonly (string | readonly number[])[] {
  const inputs = isInput(value) ? [value] : list(value)
  if (inputs.length === 0 || !inputs.every(isInput)) {
    throw new Error(`'${name}' must be a string, token numbers, or a list of either.`)
  }
  if (inputs.length > MAX_INPUTS) throw new Error(`'${name}' may hold ${MAX_INPUTS} inputs.`)
  return inputs
}

function isInput(value: unknown): value is string | readonly number[] {
  if (typeof value === 'string') return true
  return list(value).length > 0 && list(value).every((token) => typeof token === 'number')
}
