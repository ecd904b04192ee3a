import { GateError } from '../../core/errors.ts'
import { type Family, familyOf } from '../../protocols/families.ts'
import { type Call, identified, sendJson } from './call.ts'

/** Below it stands the name of one model. */
export const MODELS = '/v1/models'

/** `GET /v1/models`: what this caller may use with the protocols of the API that it speaks. */
export async function serveModels(call: Call): Promise<void> {
  const family = familyOf(call.request.headers)
  const models = await usable(call, family)
  const ids = models.map(({ id }) => id)
  sendJson(call, 200, JSON.stringify(family.models(models.map(family.model), ids)))
}

/** `GET /v1/models/{id}`. */
export async function serveModel(call: Call): Promise<void> {
  const family = familyOf(call.request.headers)
  const asked = named(call.path.slice(MODELS.length + 1))
  const model = (await usable(call, family)).find(({ id }) => id === asked)
  if (model === undefined) throw new GateError('request.model', { param: 'model' })
  sendJson(call, 200, JSON.stringify(family.model(model)))
}

async function usable(call: Call, { upstream }: Family): Promise<{ id: string; owner: string }[]> {
  return call.serving.models(await identified(call), upstream)
}

function named(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
