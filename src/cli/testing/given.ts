import type { Caller } from '../../core/types.ts'
import type { Selector } from '../../policy/select.ts'
import type { BuiltBoundary, KnownPath } from '../../policy/types.ts'
import type { Said } from '../../upstreams/types.ts'
import type { Case } from './cases.ts'

// What a case leaves out: chosen so that its boundary serves the call.

const QUESTION = 'What is a sallyport?'
const ANSWER = 'A sallyport is a double gate.'
/** Anthropic's models are asked for no more than a request allows. */
const MAX_TOKENS = 1024

/** By the field that holds what is asked: the paths that take it, the likeliest first. */
const FORMS: readonly { field: string; asks: unknown; paths: readonly string[] }[] = [
  {
    field: 'messages',
    asks: [{ role: 'user', content: QUESTION }],
    paths: ['/v1/chat/completions', '/v1/messages', '/v1/messages/count_tokens'],
  },
  { field: 'input', asks: QUESTION, paths: ['/v1/responses', '/v1/embeddings'] },
  { field: 'prompt', asks: QUESTION, paths: ['/v1/generate', '/v1/completions'] },
]

/** A call as a case makes it. */
export interface Given {
  caller: Caller
  path: string
  model: string
  body: string
  says: Said
}

/** @param boundary the one that the case names */
export function given(
  of: Case,
  boundary: BuiltBoundary,
  selector: Selector,
  paths: readonly KnownPath[],
): Given {
  const { caller = {}, answer = ANSWER, request } = of
  const asked = request?.model ?? of.model
  const callerOf = (tenant: string): Caller => ({
    subject: caller.subject ?? 'test',
    tenant,
    roles: caller.roles ?? boundary.require.roles,
    ...(caller.claims !== undefined && { claims: caller.claims }),
  })
  const choices = {
    paths: of.path === undefined ? pathsOf(request, boundary, paths) : [of.path],
    tenants: caller.tenant === undefined ? known(boundary.match.tenants, 'test') : [caller.tenant],
    models: typeof asked === 'string' ? [asked] : modelsOf(boundary),
  }
  const chosen = firstServed(choices, callerOf, boundary, selector)
  return { ...chosen, body: bodyOf(of, chosen), says: saidOf(answer) }
}

interface Choices {
  paths: readonly string[]
  tenants: readonly string[]
  models: readonly string[]
}

/** The first that the boundary serves; where it serves none, the first of all: the call shows why. */
function firstServed(
  { paths, tenants, models }: Choices,
  callerOf: (tenant: string) => Caller,
  boundary: BuiltBoundary,
  selector: Selector,
): Pick<Given, 'caller' | 'path' | 'model'> {
  for (const path of paths)
    for (const tenant of tenants)
      for (const model of models) {
        const caller = callerOf(tenant)
        try {
          const found = selector.boundary(caller, path, model)
          if (found.name === boundary.name && selector.targets(found, path, model).length > 0)
            return { caller, path, model }
        } catch {
          // Another may be served.
        }
      }
  return { caller: callerOf(tenants[0]!), path: paths[0]!, model: models[0]! }
}

/** Without `"*"`, for which `other` stands at the end. */
function known(entries: readonly string[], other: string): string[] {
  const names = entries.filter((entry) => entry !== '*')
  return entries.includes('*') ? [...names, other] : names
}

function modelsOf({ match, upstreams }: BuiltBoundary): string[] {
  const served = upstreams.flatMap(({ upstream }) => upstream.models.map(({ name }) => name))
  return match.models.includes('*')
    ? [...known(match.models, ''), ...known(served, ''), 'test'].filter((name) => name !== '')
    : [...match.models]
}

function pathsOf(
  request: Case['request'],
  { match, upstreams }: BuiltBoundary,
  paths: readonly KnownPath[],
): string[] {
  const forms = request === undefined ? FORMS : FORMS.filter(({ field }) => request[field] !== undefined)
  const all = (forms.length === 0 ? FORMS : forms).flatMap((form) => form.paths)
  const fitting = all.filter((path) => {
    const protocols = paths.find((one) => one.path === path)?.protocols ?? []
    return (
      (match.paths.includes('*') || match.paths.includes(path)) &&
      upstreams.some(({ upstream }) => protocols.includes(upstream.protocol))
    )
  })
  const choices = fitting.length === 0 ? all : fitting
  // Only a case that says nothing of its request is content with any path.
  return request === undefined ? choices : choices.slice(0, 1)
}

function bodyOf({ request, stream }: Case, { path, model }: Pick<Given, 'path' | 'model'>): string {
  const form = FORMS.find(({ paths }) => paths.includes(path))!
  return JSON.stringify({
    model,
    ...(path === '/v1/messages' && { max_tokens: MAX_TOKENS }),
    ...(request ?? { [form.field]: form.asks }),
    ...(stream && { stream: true }),
  })
}

function saidOf(answer: NonNullable<Case['answer']>): Said {
  if (typeof answer === 'string') return { text: answer, calls: [] }
  const calls = answer.calls.map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) }))
  return { text: answer.text, calls }
}
