import type { Change } from '../../core/checkpoint.ts'
import { changed, contentOf } from '../../core/content.ts'
import type { Exchange } from '../../core/exchange.ts'
import { openSession } from '../../core/session.ts'
import type { Content, Finding, Stage, Unit } from '../../core/types.ts'
import type { Protocol, ReadRequest } from '../../protocols/types.ts'
import { blocked, type Call } from './call.ts'

// The checkpoints of a boundary on the way of a call: what they see, and what becomes of the texts that they change.

/** Whether a boundary has checkpoints in any of these stages. */
export function checksIn({ checks }: Exchange, ...stages: readonly Stage[]): boolean {
  return stages.some((stage) => (checks.checkpoints?.[stage]?.length ?? 0) > 0)
}

/**
 * The request after the checkpoints that stand above the guards of `input` and `context`. What they change is read anew:
 * the guards see it next.
 * @throws GateError of what blocks it
 */
export async function checkedEarly(
  call: Call,
  exchange: Exchange,
  protocol: Protocol,
  read: ReadRequest,
): Promise<ReadRequest> {
  for (const stage of ['input', 'context'] as const) {
    const changes = await entered(call, stage, true)
    if (changes.length === 0) continue
    read = protocol.request(made(exchange, [read.unit], true, changes)[0]!)
    call.counted!.passage.show({ request: requestOf(protocol, read.unit) })
  }
  return read
}

/**
 * The request after the other checkpoints of its stages, and those of `policy`. The guards look at every text that these
 * changed: what was inspected is what the model reads.
 * @param judged what the guards have read, which need not be read again where they changed nothing
 * @param text as the guards let it pass
 * @throws GateError of what blocks it
 */
export async function checkedRequest(
  call: Call,
  exchange: Exchange,
  protocol: Protocol,
  judged: Unit,
  text: string,
): Promise<string> {
  if (!checksIn(exchange, 'input', 'context', 'policy')) return text
  let unit = judged.text === text ? judged : protocol.request(text).unit
  for (const stage of ['input', 'context', 'policy'] as const) {
    if (!checksIn(exchange, stage)) continue
    call.counted!.passage.show({ request: requestOf(protocol, unit) })
    const changes = await entered(call, stage)
    if (changes.length === 0) continue
    const paths = new Set(changes.map(({ path }) => path))
    const text = await lookedAtAgain(exchange, protocol, made(exchange, [unit], true, changes)[0]!, paths)
    unit = protocol.request(text).unit
  }
  return unit.text
}

/**
 * The text of an answer after the checkpoints of `output` and, where the model calls a tool, of `tool`.
 * @param read makes units of it again
 * @param sent how many of its characters have left already
 * @throws GateError of what blocks it
 */
export async function checkedAnswer(
  call: Call,
  exchange: Exchange,
  text: string,
  { read, stream, sent = 0 }: { read(text: string): readonly Unit[]; stream: boolean; sent?: number },
): Promise<string> {
  let units = read(text)
  for (const stage of ['output', 'tool'] as const) {
    if (!checksIn(exchange, stage)) continue
    const answer = contentOf(units, !stream)
    if (stage === 'tool' && !answer.parts().some(({ kind }) => kind === 'tool_call')) continue
    call.counted!.passage.show({ answer })
    const changes = await entered(call, stage)
    if (changes.length > 0)
      units = read(made(exchange, units, !stream, changes, unitsIn(units, sent)).join(''))
  }
  return units.map((unit) => unit.text).join('')
}

/** How many units hold so many characters. */
function unitsIn(units: readonly Unit[], characters: number): number {
  let count = 0
  for (let left = characters; left > 0 && count < units.length; count++) left -= units[count]!.text.length
  return count
}

function requestOf(protocol: Protocol, unit: Unit): Content {
  return contentOf([unit], true, protocol.offers)
}

/**
 * The texts of given parts after the checkpoints of a stage; undefined when they block.
 * @throws the signal's reason when the caller left
 */
export async function checkedParts(
  { counted }: Call,
  exchange: Exchange,
  stage: Stage,
  early: boolean,
  units: readonly Unit[],
): Promise<readonly string[] | undefined> {
  const { passage } = counted!
  const content = contentOf(units, false)
  passage.show(stage === 'output' || stage === 'tool' ? { answer: content } : { request: content })
  if ((await passage.enter(stage, early)) !== undefined) return undefined
  const changes = passage.changes()
  const done = changed(units, false, changes)
  if ('texts' in done) return done.texts
  exchange.find(unchangeable(changes, done.impossible))
  return undefined
}

async function entered(
  { counted, deps, timings }: Call,
  stage: Stage,
  early = false,
): Promise<readonly Change[]> {
  const { passage } = counted!
  const began = deps.clock.now()
  const block = await passage.enter(stage, early)
  timings[stage] = (timings[stage] ?? 0) + deps.clock.now() - began
  if (block !== undefined) throw blocked(block)
  return passage.changes()
}

/** @throws GateError of `guard.failed` for a change that cannot be made */
function made(
  exchange: Exchange,
  units: readonly Unit[],
  body: boolean,
  changes: readonly Change[],
  sent = 0,
): string[] {
  const done = changed(units, body, changes, sent)
  if ('texts' in done) return done.texts
  const finding = unchangeable(changes, done.impossible)
  exchange.find(finding)
  throw blocked(finding)
}

function unchangeable(changes: readonly Change[], path: string): Finding {
  const { name, stage } = changes.find((change) => change.path === path)!.rule
  return {
    code: 'guard.failed',
    reason: `${name} wants to change what cannot be changed`,
    score: 1,
    guard: name,
    stage,
    action: 'block',
    places: [{ path, span: [0, 0] }],
  }
}

/** A body after the guards have looked at the parts that hold these paths. */
async function lookedAtAgain(
  exchange: Exchange,
  protocol: Protocol,
  body: string,
  paths: ReadonlySet<string>,
): Promise<string> {
  const { unit } = protocol.request(body)
  const own = new Set(unit.writes.filter(({ path }) => paths.has(path)).map(({ part }) => part))
  const session = openSession(exchange, { direction: 'request', stream: false, again: true })
  const opens = unit.opens.filter(({ id }) => own.has(id))
  const writes = unit.writes.filter(({ part }) => own.has(part))
  session.push({ ...unit, opens, writes, ends: [...own] })
  const { block, units } = await session.end()
  if (block !== undefined) throw blocked(block)
  return units[0]!.text
}
