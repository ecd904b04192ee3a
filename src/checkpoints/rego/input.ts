import { tokensIn } from '../../core/tokens.ts'
import type { ContentPart, Origin, Price, ReadonlyExchange } from '../../core/types.ts'

const ORIGINS = ['system', 'user', 'retrieved', 'tool', 'model'] as const
/** Bytes of UTF-8, of all texts together. */
const MAX_TEXT = 64 * 1024
/** What the protocols take for an identifier. */
const NAME = /^[A-Za-z0-9_.:-]{1,128}$/
const MILLION = 1_000_000

/** There is more to be shown than may be. */
export class TooLong extends Error {}

export interface Shown {
  /** Whether what was written is shown as well. */
  texts: boolean
  /** The fields that are read; all where that is not known. */
  reads: ReadonlySet<string> | undefined
  /** Milliseconds since 1970. */
  now: number
}

/**
 * What Rego sees as `input`, as JSON text in the form of `schema.ts`. The bodies are put in as they came, with the length of
 * each text in its place: no number loses a digit on the way. A field that no rule reads is not made.
 * Throws `TooLong` when there are more texts than 64 KB: a policy that reads texts must not be passed by what it did not see.
 */
export function inputOf(exchange: ReadonlyExchange, { texts, reads, now }: Shown): string {
  const { stage, boundary, caller, model, path, stream, upstreams, contextTokens, request, answer } = exchange
  const budget = { left: MAX_TEXT }
  const asked = lazily(() =>
    request.parts().map((part) => ({ origin: part.origin, ...shownPart(part, texts, budget) })),
  )
  const said = lazily(() => answer?.parts() ?? [])
  const tokensOf = (...origins: Origin[]): number =>
    asked().reduce((sum, part) => sum + (origins.includes(part.origin) ? part.tokens : 0), 0)
  const each = <T>(of: (origin: Origin) => T) =>
    Object.fromEntries(ORIGINS.map((origin) => [origin, of(origin)]))
  const fields: Readonly<Record<string, () => unknown>> = {
    stage: () => stage,
    time: () => new Date(now).toISOString(),
    boundary: () => boundary,
    path: () => path,
    stream: () => stream,
    model: () => ({ name: model, context_tokens: contextTokens }),
    enforced: () => exchange.enforced,
    upstream: () => upstreams[0],
    upstreams: () => upstreams,
    caller: () => ({
      subject: caller.subject,
      tenant: caller.tenant,
      roles: caller.roles,
      claims: caller.claims ?? {},
    }),
    parts: () => each((own) => asked().flatMap(({ origin, ...part }) => (origin === own ? [part] : []))),
    answer_parts: () => said().map((part) => shownPart(part, texts, budget)),
    findings: () =>
      exchange.findings.map(({ guard, code, stage: at, action, score, reason, places }) => ({
        guard,
        code,
        stage: at,
        action,
        score,
        reason,
        places,
      })),
    context_payload: () => ({ token_count: tokensOf('retrieved', 'tool') }),
    tokens: () => ({ ...each((origin) => tokensOf(origin)), total: tokensOf(...ORIGINS) }),
    estimate: () => {
      const { inputTokens, outputTokens } = exchange.estimate()
      const cost = costOf(exchange.prices(), inputTokens, outputTokens)
      return { input_tokens: inputTokens, output_tokens: outputTokens, cost }
    },
    tools: () => ({
      offered: request.tools().map((tool) => nameOf(tool, texts)),
      called: said().flatMap(({ kind, tool, path: at }) =>
        kind === 'tool_call' ? [{ name: nameOf(tool, texts), path: at }] : [],
      ),
    }),
  }
  const wanted = (name: string): boolean => reads === undefined || reads.has(name)
  const shown = Object.entries(fields).flatMap(([name, make]) => (wanted(name) ? [[name, make()]] : []))
  const pieces = [JSON.stringify(Object.fromEntries(shown)).slice(1, -1)]
  for (const [name, body] of [
    ['request', request],
    ['answer', answer],
  ] as const) {
    const outline = wanted(name) ? body?.outline() : undefined
    if (outline !== undefined) pieces.push(`"${name}":${outline}`)
  }
  return `{${pieces.filter((piece) => piece !== '').join()}}`
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
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
  const tokens = tokensIn(bytes)
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
