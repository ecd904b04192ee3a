import { systemClock } from '../src/adapters/clock.ts'
import { chosenCounter } from '../src/adapters/counter-chosen.ts'
import { memoryCounter } from '../src/adapters/counter-memory.ts'
import { sha256 } from '../src/adapters/digest.ts'
import { hookEngine } from '../src/adapters/hooks/index.ts'
import { regoEngine } from '../src/adapters/rego/index.ts'
import { CHECKPOINTS } from '../src/checkpoints/index.ts'
import { INPUT_SCHEMA } from '../src/checkpoints/rego/schema.ts'
import { GUARDS } from '../src/guards/index.ts'
import { PROTOCOLS } from '../src/protocols/index.ts'
import { wordModels } from './models/words.ts'

/** What commands build policies with, as main.ts gives it to them: but for the weights, and secrets, of which there are none. */
export function policyDeps() {
  const counter = chosenCounter(memoryCounter())
  const rego = regoEngine({ warn: () => {} })
  const hooks = hookEngine(30_000)
  return {
    deps: {
      modules: GUARDS,
      models: async () => wordModels,
      rego: { engine: () => rego, schema: INPUT_SCHEMA },
      checkpoints: { modules: CHECKPOINTS, ports: { counter, clock: systemClock, digest: sha256, hooks } },
      ports: {
        secret(): string {
          throw new Error('not set')
        },
      },
      paths: PROTOCOLS.map(({ path, upstreams }) => ({ path, protocols: upstreams })),
      packageVersion: '1.0.0',
      clock: systemClock,
      fresh: () => counter.choose(memoryCounter()),
    },
    close: () => Promise.all([rego.close(), hooks.close()]),
  }
}
