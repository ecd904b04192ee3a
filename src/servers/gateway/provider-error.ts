import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import { openSession } from '../../core/session.ts'
import type { UpstreamAnswer } from '../../upstreams/types.ts'
import { answerText } from './answer.ts'
import { retryAfter } from './headers.ts'

const MAX_BODY = 64 * 1024
/** Statuses whose message is about the caller's own request. */
const ABOUT_THE_REQUEST = [400, 404, 422]

/**
 * What a caller is told of an answer that is an error: the message where it is about the request, inspected like any
 * text that comes back, without what names the provider's account or host.
 */
export async function providerError(exchange: Exchange, answer: UpstreamAnswer): Promise<GateError> {
  const { status } = answer
  const wait = retryAfter(answer.headers)
  const after = wait === undefined ? {} : { retryAfter: wait }
  if (status === 429) {
    answer.body.destroy()
    return new GateError('upstream.rate_limited', after)
  }
  if (status < 400 || status >= 500) {
    answer.body.destroy()
    return new GateError(status < 400 ? 'upstream.invalid' : 'upstream.unavailable', after)
  }
  if (!ABOUT_THE_REQUEST.includes(status)) {
    answer.body.destroy()
    return new GateError('upstream.rejected')
  }
  const said = await message(exchange, answer)
  return new GateError('upstream.rejected', { status, ...(said === undefined ? {} : { detail: said }) })
}

async function message(exchange: Exchange, answer: UpstreamAnswer): Promise<string | undefined> {
  let said: unknown
  try {
    const body = JSON.parse(await answerText(await answer.body.whole(MAX_BODY)))
    said = body?.error?.message ?? body?.message
  } catch {
    return undefined
  }
  if (typeof said !== 'string') return undefined
  const text = anonymous(said.slice(0, 2000))
  const session = openSession(exchange, { direction: 'answer', stream: false })
  session.push({
    text,
    lanes: 'all',
    opens: [{ id: 0, origin: 'model', kind: 'text' }],
    writes: [{ part: 0, path: 'error.message', literal: [0, text.length], value: text, form: 'raw' }],
    ends: [0],
    splices: [],
  })
  const release = await session.end()
  return release.block === undefined ? release.units[0]?.text : undefined
}

// Addresses, host names, and ids and keys by the prefixes that providers give them or by what they look like.
const NAMES = [
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/\S+/gi,
  /\b(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b(?::\d{1,5})?(?:\/\S*)?/gi,
  /\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d{1,5})?|\[(?=[0-9a-f.]*:[0-9a-f.]*:)[0-9a-f:.]{2,45}\](?::\d{1,5})?|\blocalhost\b(?::\d{1,5})?/gi,
  /\b(?:sk|pk|rk|key|org|organization|proj|project|user|acct|account|team|ws|wrkspc|req|asst|gsk|hf|xai)[-_][A-Za-z0-9*_.-]{3,}|\barn:\S+/gi,
  // Azure's and Google's keys have no prefix, or none of their own; names of models are not so long without a hyphen.
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=[A-Za-z_]*\d)[A-Za-z0-9_]{32,}|\bAIza[A-Za-z0-9_-]{20,}/gi,
]

/** Takes out what names a provider's account, key or host. */
export function anonymous(text: string): string {
  return NAMES.reduce((left, name) => left.replace(name, '[removed]'), text)
}
