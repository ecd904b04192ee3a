import { SourceError } from '../../core/errors.ts'
import { lex, type Token } from './lexer.ts'

/** Statuses that a hook may refuse with. */
export const REFUSALS = { least: 400, most: 499 }

/**
 * A script as JavaScript: lines of `#` are comments of whoever wrote it, and blanked.
 * @throws SourceError
 */
export function readScript(written: string): string {
  const { tokens, hashes, stray } = lex(written)
  if (stray !== undefined) throw problem(written, stray, 'this bracket closes nothing: take it out')
  checkCodes(written, tokens)
  let script = ''
  let at = 0
  for (const hash of hashes) {
    script += written.slice(at, hash)
    const end = written.indexOf('\n', hash)
    at = end < 0 ? written.length : end
  }
  return script + written.slice(at)
}

/** What one pair of braces says by literals. */
interface Literals {
  rejects: boolean
  code: { token: Token; value: number } | undefined
}

/** A `code` that is no status of a refusal, where it and the status `REJECT` are literals of one object. */
function checkCodes(written: string, tokens: readonly Token[]): void {
  const text = (token: Token | undefined) =>
    token === undefined ? '' : written.slice(token.start, token.end)
  const name = (token: Token | undefined) => text(token).replace(/^["'](.*)["']$/, '$1')
  const open: Literals[] = []
  for (const [i, token] of tokens.entries()) {
    const mark = token.kind === 'mark' || token.kind === 'template' ? text(token) : ''
    if (/[([{]$/.test(mark)) open.push({ rejects: false, code: undefined })
    else if (/^[)\]}]/.test(mark)) {
      const { rejects, code } = open.pop() ?? { rejects: false, code: undefined }
      if (rejects && code !== undefined && !(code.value >= REFUSALS.least && code.value <= REFUSALS.most))
        throw problem(
          written,
          code.token.start,
          `code ${text(code.token)} is no refusal: write one from ${REFUSALS.least} to ${REFUSALS.most}`,
        )
      if (/\{$/.test(mark)) open.push({ rejects: false, code: undefined })
    }
    if (text(token) !== ':' || !/^[,{]$/.test(text(tokens[i - 2]))) continue
    const here = open.at(-1)
    const value = tokens[i + 1]
    if (here === undefined || value === undefined) continue
    const key = name(tokens[i - 1])
    if (key === 'status' && (value.kind === 'text' || value.kind === 'template'))
      here.rejects = /^["'`]REJECT["'`]$/.test(text(value))
    else if (key === 'code' && value.kind === 'number' && /^[,}]$/.test(text(tokens[i + 2])))
      here.code = { token: value, value: Number(text(value).replaceAll('_', '')) }
  }
}

function problem(source: string, at: number, message: string): SourceError {
  const before = source.slice(0, at)
  const line = before.split('\n').length
  return new SourceError('script', line, at - (before.lastIndexOf('\n') + 1) + 1, message)
}
