import type { Attributes, HrTime } from '@opentelemetry/api'
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { Attempt, ExchangeRecord } from '../../core/record.ts'
import { attemptSpan, type Trace } from '../../core/trace.ts'
import type { Finding } from '../../core/types.ts'
import { NAMES, OLD_NAMES, OPERATIONS } from './names.ts'

export type Span = Parameters<OTLPTraceExporter['export']>[0][number]

export interface SpanOptions {
  resource: Span['resource']
  scope: Span['instrumentationScope']
  oldNames: boolean
  /** Ids of spans that nobody else has to know. */
  newSpan(): string
}

// Of `SpanKind` and `SpanStatusCode`, whose package is loaded only when spans are sent.
const INTERNAL = 0
const SERVER = 1
const CLIENT = 2
const UNSET = { code: 0 } as const
const ERROR = { code: 2 } as const
const SAMPLED = 1

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])
const MAX_EVENTS = 32
const MAX_GUARDS = 64
const MAX_MODEL = 128
const ENDED_BADLY = new Set<ExchangeRecord['ended']>(['failed', 'upstream_gone', 'drained'])

/** What one span says, in milliseconds since the exchange began. */
interface Told {
  name: string
  id: string
  parent?: string
  kind: Span['kind']
  from: number
  to: number
  attributes: Attributes
  failed?: boolean
  findings?: readonly Finding[]
}

/**
 * The spans of an exchange, made of its record when all is over: the call (server), the inspection of the request, the
 * upstream with each try to reach a model (client), and the answer with its inspection.
 *
 * They say what was found and never what was written: no texts, no reasons, no places, and no paths that nobody knows.
 */
export function spansOf(record: ExchangeRecord, trace: Trace, options: SpanOptions): Span[] {
  const began = Date.parse(record.time)
  const make = (told: Told): Span => spanOf(told, trace, began, options)
  const { timings, duration } = record
  const starts = record.began ?? {}
  const left = new Set(record.findings)
  const guards = new Map(Object.entries(timings).filter(([place]) => place.includes('/')))

  /** Findings and guards of some stages, each told once. */
  const inspected = (...stages: readonly string[]) => {
    const findings = [...left].filter(({ stage }) => stages.includes(stage))
    for (const finding of findings) left.delete(finding)
    const attributes: Attributes = {}
    for (const [place, ms] of guards) {
      const [stage = '', guard] = place.split('/', 2)
      if (!stages.includes(stage)) continue
      guards.delete(place)
      if (Object.keys(attributes).length < MAX_GUARDS)
        attributes[`${NAMES.guard}.${stage}.${guard}`] = ms / 1000
    }
    return { findings, attributes }
  }
  const spans: Span[] = []
  const stage = (name: string, at: string, ...stages: readonly string[]) => {
    const from = starts[at]
    if (from === undefined) return
    const { findings, attributes } = inspected(...stages)
    const to = from + (timings[at] ?? duration - from)
    spans.push(
      make({
        name,
        id: options.newSpan(),
        parent: trace.span,
        kind: INTERNAL,
        from,
        to,
        attributes,
        findings,
      }),
    )
  }
  stage('inspect request', 'request', 'input', 'context')
  if (starts.upstream !== undefined) {
    const id = options.newSpan()
    const from = starts.upstream
    // A model's answer is its work until the last byte.
    const to = starts.answer === undefined ? duration : starts.answer + (timings.answer ?? 0)
    const attributes: Attributes = record.upstream === undefined ? {} : { [NAMES.upstream]: record.upstream }
    spans.push(make({ name: 'upstream', id, parent: trace.span, kind: INTERNAL, from, to, attributes }))
    for (const [index, attempt] of (record.attempts ?? []).entries())
      spans.push(make(attemptTold(record, trace, attempt, index, id, to)))
  }
  stage('answer', 'answer', 'output', 'tool')
  const { findings, attributes } = inspected(...ALL_STAGES)
  spans.push(
    make({ ...callTold(record, trace), findings, attributes: { ...callAttributes(record), ...attributes } }),
  )
  return spans
}

const ALL_STAGES = ['admit', 'input', 'context', 'policy', 'output', 'tool']

function callTold(record: ExchangeRecord, trace: Trace): Omit<Told, 'attributes'> {
  const method = METHODS.has(record.method) ? record.method : 'HTTP'
  const route = routeOf(record)
  return {
    name: route === undefined ? method : `${method} ${route}`,
    id: trace.span,
    ...(trace.parent === undefined ? {} : { parent: trace.parent }),
    kind: SERVER,
    from: 0,
    to: record.duration,
    failed: endedBadly(record),
  }
}

function endedBadly({ status, ended }: ExchangeRecord): boolean {
  return status >= 500 || ENDED_BADLY.has(ended)
}

/** A path that is not the gate's own may hold anything. */
function routeOf({ path, code }: ExchangeRecord): string | undefined {
  if (code === 'request.not_found') return undefined
  return path.startsWith('/v1/models/') ? '/v1/models/{model}' : path
}

function callAttributes(record: ExchangeRecord): Attributes {
  const { code, ended, status, bytes, findings, findingsOmitted = 0 } = record
  const route = routeOf(record)
  const operation = route === undefined ? undefined : OPERATIONS[route]?.operation
  return present({
    [NAMES.method]: METHODS.has(record.method) ? record.method : '_OTHER',
    [NAMES.route]: route,
    [NAMES.path]: route,
    [NAMES.scheme]: 'http',
    [NAMES.status]: status === 0 ? undefined : status,
    [NAMES.requestBytes]: bytes.requestIn,
    [NAMES.answerBytes]: bytes.answerOut,
    [NAMES.client]: record.remote,
    [NAMES.error]: endedBadly(record) ? (code ?? ended) : undefined,
    [NAMES.operation]: operation,
    // Before a boundary is chosen, it is whatever the caller wrote.
    [NAMES.model]: record.boundary === undefined ? undefined : record.model?.slice(0, MAX_MODEL),
    [NAMES.stream]: record.stream,
    [NAMES.exchange]: record.exchange,
    [NAMES.tenant]: record.tenant,
    [NAMES.boundary]: record.boundary,
    [NAMES.version]: record.boundaryVersion,
    [NAMES.shadow]: record.shadow,
    [NAMES.verdict]: record.verdict,
    [NAMES.ended]: ended,
    [NAMES.code]: code,
    [NAMES.findings]: findings.length + findingsOmitted,
  })
}

function attemptTold(
  record: ExchangeRecord,
  trace: Trace,
  attempt: Attempt,
  index: number,
  parent: string,
  end: number,
): Told {
  const { operation, provider } = OPERATIONS[record.path] ?? {}
  const model = record.model?.slice(0, MAX_MODEL)
  const { code, status } = attempt
  // Without either, the caller left first.
  const served = status !== undefined && code === undefined
  return {
    name: [operation ?? record.method, model].filter((word) => word !== undefined).join(' '),
    id: attemptSpan(trace, index),
    parent,
    kind: CLIENT,
    from: attempt.began,
    to: served ? Math.max(end, attempt.began) : attempt.began + attempt.took,
    failed: code !== undefined,
    attributes: present({
      [NAMES.operation]: operation,
      [NAMES.provider]: provider,
      [NAMES.model]: model,
      [NAMES.stream]: record.stream,
      [NAMES.inputTokens]: served ? record.usage?.inputTokens : undefined,
      [NAMES.outputTokens]: served ? record.usage?.outputTokens : undefined,
      [NAMES.upstream]: attempt.upstream,
      [NAMES.status]: status,
      [NAMES.resend]: index === 0 ? undefined : index,
      [NAMES.error]: code,
    }),
  }
}

function spanOf(told: Told, trace: Trace, began: number, { resource, scope, oldNames }: SpanOptions): Span {
  const { id, parent, attributes, findings = [] } = told
  if (oldNames)
    for (const [name, old] of Object.entries(OLD_NAMES))
      if (attributes[name] !== undefined) attributes[old] = attributes[name]
  const context = { traceId: trace.id, spanId: id, traceFlags: SAMPLED }
  const to = Math.max(told.to, told.from)
  const endTime = hrTime(began, to)
  const remote = parent !== undefined && parent === trace.parent
  return {
    name: told.name,
    kind: told.kind,
    spanContext: () => context,
    ...(parent === undefined
      ? {}
      : { parentSpanContext: { traceId: trace.id, spanId: parent, traceFlags: SAMPLED, isRemote: remote } }),
    startTime: hrTime(began, told.from),
    endTime,
    duration: hrTime(0, to - told.from),
    ended: true,
    status: told.failed === true ? ERROR : UNSET,
    attributes,
    // When they were found is not kept: by then it was over.
    events: findings.slice(0, MAX_EVENTS).map(({ code, guard, stage, action }) => ({
      name: 'sallyport.finding',
      time: endTime,
      attributes: {
        [NAMES.findingCode]: code,
        [NAMES.findingGuard]: guard,
        [NAMES.findingStage]: stage,
        [NAMES.findingAction]: action,
      },
    })),
    droppedEventsCount: Math.max(0, findings.length - MAX_EVENTS),
    droppedAttributesCount: 0,
    droppedLinksCount: 0,
    links: [],
    resource,
    instrumentationScope: scope,
  }
}

/** Seconds and nanoseconds, of milliseconds since 1970 and since then. */
function hrTime(base: number, after: number): HrTime {
  const whole = Math.floor(after)
  const at = base + whole
  const seconds = Math.floor(at / 1000)
  return [seconds, Math.min(999_999_999, Math.round((at - seconds * 1000 + after - whole) * 1e6))]
}

function present(attributes: Attributes): Attributes {
  for (const name in attributes) if (attributes[name] === undefined) delete attributes[name]
  return attributes
}
