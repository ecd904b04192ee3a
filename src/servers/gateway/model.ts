import { GateError } from '../../core/errors.ts'
import { literal } from '../../core/json/scan.ts'
import type { Caller, Unit } from '../../core/types.ts'
import type { Protocol, ReadRequest } from '../../protocols/types.ts'
import type { Call } from './call.ts'

/** The model that a call asks for, in its body or by its path. Throws `GateError` `request.invalid`. */
export function askedModel(call: Call, caller: Caller, protocol: Protocol, read: ReadRequest): string {
  const { pathModel, serving } = call
  if (pathModel !== undefined) {
    // Boundary and record go by one of them, and an upstream might go by the other.
    if (read.namesModel && read.model !== pathModel)
      throw new GateError('request.invalid', {
        detail: 'The path names another model than the body. Name one.',
        param: 'model',
      })
    return pathModel
  }
  const asked =
    read.model ?? (protocol.modelOptional ? serving.defaultModel(caller, protocol.path) : undefined)
  if (asked === undefined)
    throw new GateError('request.invalid', { detail: 'The model is missing. Name one.', param: 'model' })
  return asked
}

/** A body that was inspected with `from` as its model, with the name by which another upstream knows it. */
export function renamed(protocol: Protocol, text: string, from: string, to: string): string {
  if (from === to) return text
  // Where the name stands has moved with every edit: it is looked for again, which only a further try costs.
  const { modelSpan } = protocol.request(text)
  if (modelSpan === undefined) return text
  return text.slice(0, modelSpan[0]) + literal(to) + text.slice(modelSpan[1])
}

/** The body's unit with the name by which the upstream knows the model, also where the caller's path named it. */
export function withModel(call: Call, { unit, model, modelSpan, namesModel }: ReadRequest, to: string): Unit {
  if (modelSpan !== undefined)
    return to === model ? unit : { ...unit, splices: [{ span: modelSpan, text: literal(to) }] }
  if (namesModel || call.pathModel === undefined) return unit
  const at = unit.text.indexOf('{') + 1
  const comma = /^\s*\}/.test(unit.text.slice(at)) ? '' : ','
  return { ...unit, splices: [{ span: [at, at], text: `"model":"${literal(to)}"${comma}` }] }
}
