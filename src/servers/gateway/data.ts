import { GateError } from '../../core/errors.ts'
import { ESCAPED, OBJECT, STRING, scan, stringAt } from '../../core/json/scan.ts'
import type { RegoAnswer } from '../../core/ports.ts'
import { readBody } from './body.ts'
import { type Call, enter, identified, sendJson } from './call.ts'

/** What begins the path of whatever is asked as OPA would be. */
export const DATA = '/v1/data/'
/** Bytes; the engine takes no more. */
const MAX_INPUT = 1024 * 1024
const FLAGS = /^(?:|1|true)$/

/**
 * `POST /v1/data/<path>` and `GET /v1/data/<path>?input=…`, as OPA answers them, of what the gate's document exposes.
 * https://www.openpolicyagent.org/docs/rest-api#data-api
 */
export async function serveData(call: Call): Promise<void> {
  call.words = opaError
  const { serving, deps, request, search } = call
  const caller = await identified(call)
  await enter(call)
  if (request.method !== 'POST' && request.method !== 'GET')
    throw new GateError('request.method', { detail: 'This path takes POST or GET.' })
  const steps = stepsOf(call.path)
  const { data } = serving
  if (data === undefined || !data.expose.some((root) => root.every((step, at) => steps[at] === step)))
    throw new GateError('request.not_found')
  const query = new URLSearchParams(search)
  const input = request.method === 'POST' ? await posted(call) : inputIn(query.get('input') ?? '{}')
  const began = deps.clock.now()
  let answer: RegoAnswer
  try {
    answer = await data.program.data(steps, input, data.deadline)
  } catch (cause) {
    throw new GateError('guard.failed', { cause })
  }
  deps.decided?.({
    id: call.id,
    path: steps.join('/'),
    input,
    answer,
    by: caller.subject,
    exchange: call.id,
    took: deps.clock.now() - began,
    bundles: data.bundles,
  })
  if ('error' in answer)
    throw new GateError('guard.failed', { status: 500, detail: `The policy failed: ${answer.error}.` })
  const said = { decision_id: call.id, ...('value' in answer && { result: answer.value }) }
  sendJson(
    call,
    200,
    JSON.stringify(said, undefined, FLAGS.test(query.get('pretty') ?? 'no') ? 2 : undefined),
  )
}

function stepsOf(path: string): string[] {
  try {
    return path.slice(DATA.length).replace(/\/$/, '').split('/').map(decodeURIComponent)
  } catch {
    throw new GateError('request.not_found')
  }
}

/** The input of a body `{"input": …}`, as it stands there, to the digit. */
async function posted({ request, serving: { limits }, bytes }: Call): Promise<string> {
  const read = await readBody(request, { ...limits, requestBytes: Math.min(limits.requestBytes, MAX_INPUT) })
  bytes.requestIn = read.bytes
  if (read.text === '') return '{}'
  const { tape } = scan(read.text)
  if (tape[0] !== OBJECT) throw new GateError('body.not_object')
  for (let key = 4; key < tape[3]!; key = tape[key + 7]!) {
    if (stringAt(read.text, tape, key) !== 'input') continue
    const [type, start, end] = tape.subarray(key + 4, key + 7) as unknown as [number, number, number]
    // Of a string without its quotes.
    const quote = type === STRING || type === ESCAPED ? 1 : 0
    return read.text.slice(start - quote, end + quote)
  }
  return '{}'
}

function inputIn(text: string): string {
  if (Buffer.byteLength(text) > MAX_INPUT) throw new GateError('body.too_large')
  scan(text)
  return text
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_parameter',
  401: 'unauthorized',
  404: 'resource_not_found',
  405: 'invalid_parameter',
}

/** As OPA words it. `reason` is the gate's own code. */
function opaError({ code, status, message }: GateError): string {
  return JSON.stringify({
    code: CODES[status] ?? (status < 500 ? 'invalid_parameter' : 'internal_error'),
    message,
    reason: code,
  })
}
