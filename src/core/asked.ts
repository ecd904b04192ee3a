import type { Exchange } from './exchange.ts'
import type { Asked, Checks, Rule, Unit } from './types.ts'

/** Whether a guard of the answer compares it with the request. */
export function compares({ rules }: Pick<Checks, 'rules'>): boolean {
  return [rules.output, rules.tool].some((stage) => stage.some(comparing))
}

const comparing = ({ guard }: Rule): boolean => guard.scope === 'exchange' && guard.compares === true

/** What a request said. Nothing is copied before somebody asks. */
export function askedOf(exchange: Exchange, { opens, writes, schema }: Unit): Asked {
  return {
    get canary() {
      return exchange.canary
    },
    schema,
    *texts(origins) {
      for (const { id, origin } of opens) {
        if (!origins.includes(origin)) continue
        let text = ''
        let path: string | undefined
        for (const write of writes) {
          if (write.part !== id || write.copy) continue
          text += path === undefined || path === write.path ? write.value : `\n${write.value}`
          path = write.path
        }
        yield text
      }
    },
  }
}
