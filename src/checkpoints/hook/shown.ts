import type { Content, ContentPart, Finding, ReadonlyExchange } from '../../core/types.ts'

/** The JSON that a script sees: docs/hook.d.ts says what it is. A body is put in as it is written. */
export function shown(exchange: ReadonlyExchange): string {
  const { path, boundary, stage, model, stream, caller, upstreams, findings, request, answer } = exchange
  const call = JSON.stringify({
    path,
    method: 'POST',
    boundary,
    stage,
    model,
    stream,
    caller: {
      subject: caller.subject,
      tenant: caller.tenant,
      roles: caller.roles,
      claims: caller.claims ?? {},
    },
    upstreams: upstreams.map(({ name, protocol }) => ({ name, protocol })),
    findings: findings.map(finding),
    parts: request.parts().map(part),
  })
  const asked = withBody(call, request)
  if (answer === undefined) return `{"request":${asked}}`
  const parts = answer.parts()
  const text = parts
    .filter(({ kind }) => kind === 'text')
    .map((each) => each.text)
    .join('\n')
  const said = withBody(JSON.stringify({ parts: parts.map(part), text }), answer)
  return `{"request":${asked},"answer":${said}}`
}

function withBody(object: string, content: Content): string {
  const body = content.body()
  return body === undefined ? object : `${object.slice(0, -1)},"body":${body}}`
}

const part = ({ path, origin, kind, text, tool }: ContentPart) => ({ path, origin, kind, text, tool })

const finding = ({ guard, code, stage, action, score, reason, places }: Finding) => ({
  guard,
  code,
  stage,
  action,
  score,
  reason,
  places,
})
