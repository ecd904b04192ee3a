import type { Action, Code } from './types.ts'

export interface CodeEntry {
  /** What a boundary makes of it unless it says otherwise; `refuse` is not policy: the call cannot be served. */
  default: Action | 'refuse'
  /** HTTP status when it blocks or refuses. */
  status: number
  /** What the caller is told. Says what to do where something can be done. */
  message: string
  /** Whether the same call may succeed later without being changed. */
  retryable: boolean
}

const refuse = (status: number, message: string, retryable = false): CodeEntry => ({
  default: 'refuse',
  status,
  message,
  retryable,
})
const finding = (action: Action, message: string, status = 403, retryable = false): CodeEntry => ({
  default: action,
  status,
  message,
  retryable,
})

/** Every code that the gate can give. `family.*` stands for the members that a policy document names. */
export const CODES: Readonly<Record<string, CodeEntry>> = {
  'length.exceeded': finding('block', 'The text is longer than this boundary allows. Send less.', 413),
  'keywords.*': finding('block', 'The text contains a word that this boundary does not allow.'),
  'pii.*': finding('transform', 'The text contains personal data that this boundary does not let pass.'),
  'injection.direct': finding(
    'block',
    'The text tells the model to set aside its instructions. Write what you want of it without that.',
  ),
  'injection.indirect': finding(
    'block',
    'A document or tool result holds orders to the model. Leave it out.',
  ),
  'injection.suspected': finding(
    'flag',
    'The text reads as if it told the model to set aside its instructions. Write it in other words.',
  ),
  'secret.*': finding(
    'transform',
    'The text contains a key, token or password that this boundary does not let pass. Leave it out.',
  ),
  'exfil.image': finding(
    'transform',
    'The answer held an image, or something else that loads by itself, that would carry data away.',
  ),
  'exfil.link': finding('transform', 'The answer held a link that would carry data away.'),
  'exfil.markup': finding('flag', 'The answer held HTML that runs, sends or loads something.'),
  'leak.canary': finding('block', 'The answer gave away a part of its instructions.'),
  'leak.system_prompt': finding('block', 'The answer gave away a part of its instructions.'),
  'encoded.payload': finding('flag', 'The text hides another in an encoding. Send it as it reads.'),
  'unicode.invisible': finding('transform', 'The text contains characters that nobody sees. Leave them out.'),
  'unicode.tag': finding('transform', 'The text contains tag characters, which nobody sees. Leave them out.'),
  'unicode.bidi': finding('transform', 'The text contains controls that reorder it. Leave them out.'),
  'unicode.control': finding('transform', 'The text contains control characters. Leave them out.'),
  'unicode.confusable': finding(
    'flag',
    'A word of the text mixes letters that look alike. Write it in letters of one script.',
  ),
  'content.uninspected': finding(
    'block',
    'The call contains something that cannot be inspected (an image, audio, a file, token numbers or server-side state). Send it as text.',
  ),
  'code.*': finding('flag', 'The text contains program code, which this boundary does not allow.'),
  'language.not_allowed': finding(
    'block',
    'The text is written in a language that this boundary does not allow. Write it in another.',
  ),
  'toxicity.toxic': finding('block', 'The text insults, threatens or demeans. Write it in other words.'),
  'topic.denied': finding('block', 'The text is about something that this boundary does not allow.'),
  'topic.off_scope': finding('block', 'The text is about something else than this boundary is for.'),
  'tone.off': finding('flag', 'The answer is in another tone than this boundary asks for.'),
  'schema.not_json': finding(
    'block',
    'The answer is not JSON, which this boundary or the request asked for.',
  ),
  'schema.invalid': finding('block', 'The answer does not fit the schema that it was to fit.'),
  'schema.unsupported': finding(
    'flag',
    'The answer could not be compared with the schema that it was to fit.',
  ),
  'schema.fenced': finding('transform', 'The answer is JSON in a Markdown fence.'),
  'policy.denied': finding('block', 'The policy of this boundary does not allow this call.'),
  'policy.undefined': finding(
    'block',
    'The policy of this boundary does not decide this call, so it is not allowed.',
  ),
  'policy.flagged': finding('flag', 'The policy of this boundary noted this call.'),
  'policy.transformed': finding('transform', 'The policy of this boundary changes this text.'),
  'guard.failed': finding('block', 'A check of this boundary could not be made. Try again later.', 503, true),

  'limit.requests': finding('block', 'Too many requests. Wait before the next.', 429, true),
  'limit.tokens': finding('block', 'Too many tokens. Wait before the next request, or send less.', 429, true),
  'limit.concurrency': finding('block', 'Too many calls at the same time. Wait for one to end.', 429, true),
  'budget.exceeded': finding('block', 'The budget is used up. Wait until it begins anew.', 429, true),
  'limit.degraded': finding(
    'flag',
    'The limits that gates share cannot be asked. Try again later.',
    503,
    true,
  ),

  'hook.rejected': finding(
    'block',
    'A rule that the operator of this boundary wrote does not allow this call.',
  ),
  'hook.failed': finding('block', 'A rule that the operator of this boundary wrote could not be asked.'),
  'hook.flagged': finding(
    'flag',
    'A rule that the operator of this boundary wrote does not allow this call.',
  ),
  'hook.transformed': finding(
    'transform',
    'A rule that the operator of this boundary wrote does not let this text pass.',
  ),

  'auth.missing': refuse(
    401,
    'No credentials were sent. Send a key or token as "Authorization: Bearer <key>".',
  ),
  'auth.invalid': refuse(401, 'The credentials are not valid.'),
  'auth.expired': refuse(401, 'The credentials have expired.'),
  'auth.throttled': refuse(429, 'Too many failed attempts from this address. Wait before the next.', true),
  'auth.unavailable': refuse(503, 'Who calls cannot be checked at the moment. Try again later.', true),
  'auth.no_boundary': refuse(403, 'No boundary serves this call for this caller.'),

  'request.not_found': refuse(404, 'There is no such path here.'),
  'request.method': refuse(405, 'This path does not take that method.'),
  'request.invalid': refuse(400, 'The request does not have the form that this path takes.'),
  'request.model': refuse(404, 'No upstream of this boundary serves that model.'),
  'request.timeout': refuse(408, 'The request took too long to arrive.', true),

  'body.not_json': refuse(400, 'The body is not JSON.'),
  'body.invalid_utf8': refuse(400, 'The body is not UTF-8.'),
  'body.bom': refuse(400, 'The body begins with a byte order mark. Leave it out.'),
  'body.duplicate_key': refuse(400, 'An object has the same key twice. Send each key once.'),
  'body.ambiguous_key': refuse(400, 'A key differs from a known one only in case. Write it as documented.'),
  'body.depth': refuse(400, 'The body is nested more than 100 deep.'),
  'body.trailing': refuse(400, 'Something follows the JSON value.'),
  'body.not_object': refuse(400, 'The body is not a JSON object.'),
  'body.surrogate': refuse(400, 'A string has half of a surrogate pair. Send whole characters.'),
  'body.too_large': refuse(413, 'The body is larger than this gate allows.'),
  'body.encoding': refuse(415, 'The content encoding is not supported. Send gzip, deflate, br or none.'),
  'body.truncated': refuse(400, 'The body ended before it was complete.'),

  'upstream.unavailable': refuse(502, 'The model is not available.', true),
  'upstream.auth': refuse(502, 'The model refused the credentials of this gate. Tell its operator.'),
  'upstream.invalid': refuse(502, 'The model gave an answer that cannot be read.', true),
  'upstream.timeout': refuse(504, 'The model did not answer in time.', true),
  'upstream.rejected': refuse(400, 'The model did not accept the request.'),
  'upstream.rate_limited': refuse(429, 'The model is rate limited.', true),

  'gate.overloaded': refuse(503, 'The gate has as many calls as it can serve. Try again.', true),
  'gate.draining': refuse(503, 'The gate is shutting down. Try again.', true),
  'gate.internal': refuse(500, 'The gate failed. Tell its operator the exchange id.'),
}

/** The entry of a code, by its own name or by its family's. */
export function codeEntry(code: Code): CodeEntry | undefined {
  return CODES[code] ?? CODES[`${code.slice(0, code.indexOf('.'))}.*`]
}

/** `pii.credit_card` → `CREDIT_CARD`: what follows the first dot, in capitals. */
export function label(code: Code): string {
  return code.slice(code.indexOf('.') + 1).toUpperCase()
}
