import type { ContentPart, Price, ReadonlyExchange } from '../../core/types.ts'

const ORIGINS = ['system', 'user', 'retrieved', 'tool', 'model'] as const
/** Bytes of UTF-8, of all texts together. */
const MAX_TEXT = 64 * 1024
/** What the protocols take for an identifier. */
const NAME = /^[A-Za-z0-9_.:-]{1,128}$/
const MILLION = 1_000_000

/** There is more to be shown than may be. */
export class TooLong extends Error {}

/**
 * What Rego sees as `input`, as JSON text in the form of `schema.ts`. The bodies are put in as they came, with the length of
 * each text in its place: no number loses a digit on the way.
 * @param texts whether what was written is shown as well. Throws `TooLong` when it is more than 64 KB: a policy that reads texts must not
 *   be passed by what it did not see.
 * @param now milliseconds since 1970
 */
export function inputOf(exchange: ReadonlyExchange, texts: boolean, now: number): string {
  const { stage, boundary, caller, model, path, stream, upstreams, contextTokens, request, answer } = exchange
  const budget = { left: MAX_TEXT }
  const asked = request.parts()
  const said = answer?.parts() ?? []
  const tokens: Record<string, number> = { total: 0 }
  const parts: Record<string, object[]> = {}
  for (const origin of ORIGINS) {
    const shown = asked.filter((part) => part.origin === origin).map((part) => shownPart(part, texts, budget))
    parts[origin] = shown
    tokens[origin] = shown.reduce((sum, part) => sum + part.tokens, 0)
    tokens.total! += tokens[origin]!
  }
  const called = said.flatMap(({ kind, tool, path: at }) =>
    kind === 'tool_call' ? [{ name: nameOf(tool, texts), path: at }] : [],
  )
  const { inputTokens, outputTokens } = exchange.estimate()
  const cost = costOf(exchange.prices(), inputTokens, outputTokens)
  const fields = {
    stage,
    time: new Date(now).toISOString(),
    boundary,
    path,
    stream,
    model: {
      ...(model !== undefined && { name: model }),
      ...(contextTokens !== undefined && { context_tokens: contextTokens }),
    },
    enforced: exchange.enforced,
    ...(upstreams[0] !== undefined && { upstream: upstreams[0] }),
    upstreams,
    caller: {
      subject: caller.subject,
      tenant: caller.tenant,
      roles: caller.roles,
      claims: caller.claims ?? {},
    },
    parts,
    answer_parts: said.map((part) => shownPart(part, texts, budget)),
    findings: exchange.findings.map(({ guard, code, stage: at, action, score, reason, places }) => ({
      guard,
      code,
      stage: at,
      action,
      score,
      reason,
      places,
    })),
    context_payload: { token_count: tokens.retrieved! + tokens.tool! },
    tokens,
    estimate: {
      input_tokens: inputTokens,
      ...(outputTokens !== undefined && { output_tokens: outputTokens }),
      ...(cost !== undefined && { cost }),
    },
    tools: { offered: request.tools().map((tool) => nameOf(tool, texts)), called },
  }
  let json = JSON.stringify(fields)
  const bodies = { request: request.outline(), answer: answer?.outline() }
  for (const [name, body] of Object.entries(bodies))
    if (body !== undefined) json = `${json.slice(0, -1)},"${name}":${body}}`
  return json
}

/** What a tool is called; a name that is none is a text, and empty where texts are not shown: messages are recorded. */
function nameOf(tool = '', texts: boolean): string {
  return texts || NAME.test(tool) ? tool : ''
}

function shownPart({ path, kind, text, tool }: ContentPart, texts: boolean, budget: { left: number }) {
  const bytes = new TextEncoder().encode(text).length
  if (texts) {
    budget.left -= bytes
    if (budget.left < 0) throw new TooLong('the texts are longer than the 64 KB that a policy may be shown')
  }
  // In English a token is about four letters; others take more bytes for a letter, and more tokens.
  const tokens = Math.ceil(bytes / 4)
  return {
    path,
    kind,
    length: text.length,
    tokens,
    ...(tool !== undefined && { tool: nameOf(tool, texts) }),
    ...(texts && { text }),
  }
}

/** The most that the estimate may cost, whichever upstream serves it; undefined where none has a price, or nobody knows how much is said. */
function costOf(
  prices: ReadonlyMap<string, Price>,
  input: number,
  output: number | undefined,
): number | undefined {
  if (prices.size === 0 || output === undefined) return undefined
  return Math.max(...[...prices.values()].map((p) => (p.input * input + p.output * output) / MILLION))
}
