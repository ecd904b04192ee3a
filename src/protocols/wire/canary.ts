import { literal } from '../../core/json/scan.ts'
import type { Unit } from '../../core/types.ts'

/** Where a protocol has a system prompt, and not something else that an application says as one. */
const SYSTEM =
  /^(?:system|instructions|(?:system|(?:messages|input)\[\d+\]\.content)(?:(?:\[\d+\])?\.text)?)$/

/**
 * The unit with words of the gate's own behind its first system text: in chat a message of `system` or `developer`, in
 * Responses `instructions` or such a message, in Anthropic's Messages `system`. Every other byte stays.
 * @returns undefined where there is no system prompt
 */
export function withSystemText(unit: Unit, text: string): Unit | undefined {
  const system = new Set(unit.opens.flatMap(({ id, origin }) => (origin === 'system' ? [id] : [])))
  const first = unit.writes.find(
    ({ part, path, form, key, value }) =>
      system.has(part) && form === 'json' && !key && value.trim() !== '' && SYSTEM.test(path),
  )
  if (first === undefined) return undefined
  const end = first.literal[1]
  return { ...unit, splices: [...unit.splices, { span: [end, end], text: literal(text) }] }
}
