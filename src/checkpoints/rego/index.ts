import { z } from 'zod'
import { defineCheckpoint } from '../../core/checkpoint.ts'
import type { CheckpointPorts, RegoAsk } from '../../core/ports.ts'
import type { Checkpoint } from '../../core/types.ts'
import { type Asked, objectionsOf } from './decision.ts'
import { inputOf, TooLong } from './input.ts'

const PACKAGE = 'must be the name of a package, such as llm_guardrails or acme.models'
const QUERY = 'must be a rule by its full name, such as data.acme.allow'
const NAME = '[A-Za-z_][A-Za-z0-9_]{0,127}'
const MAX_DEADLINE = 1000
const EITHER = 'must ask one thing: write package: llm_guardrails or query: data.acme.allow'

const config = z
  .strictObject({
    package: z
      .string({ error: PACKAGE })
      .regex(new RegExp(`^(?!data\\.)${NAME}(?:\\.${NAME}){0,15}$`), { error: PACKAGE })
      .exactOptional(),
    query: z
      .string({ error: QUERY })
      .regex(new RegExp(`^data(?:\\.${NAME}){1,16}$`), { error: QUERY })
      .exactOptional(),
    expose: z
      .literal('text', { error: 'must be text, or be left out: only then are texts shown' })
      .exactOptional(),
    deadline: z
      .string()
      .regex(/^[0-9]{1,4}ms$/, { error: 'must be a duration in milliseconds: write 20ms' })
      .transform((text) => Number.parseInt(text, 10))
      .refine((ms) => ms >= 1 && ms <= MAX_DEADLINE, { error: 'must be from 1ms to 1000ms' })
      .prefault('20ms'),
  })
  .refine((of) => (of.package === undefined) !== (of.query === undefined), { error: EITHER })
type Config = z.output<typeof config>

const askOf = (of: Config): RegoAsk =>
  of.package === undefined ? { query: of.query! } : { package: of.package }

/** Asks rules written in Rego whether a call may go on. What they do not decide is denied. */
export const rego = defineCheckpoint<Config>({
  name: 'rego',
  stages: ['admit', 'input', 'context', 'policy', 'output', 'tool'],
  config,
  codes: () => ({
    'policy.denied': { edits: false },
    'policy.undefined': { edits: false },
    'policy.flagged': { edits: false },
    'policy.transformed': { edits: true },
  }),
  asks: askOf,
  open,
})

function open(of: Config, { rego: rules }: CheckpointPorts): Checkpoint {
  const ask = askOf(of)
  if (rules === undefined) throw new Error('there is no Rego here')
  const { program, index } = rules(ask)
  const defines = program.defines(index)
  if ('package' in ask && defines.length === 0)
    throw new Error(
      `package ${ask.package} defines none of allow, deny, flag and transform: write one of them, such as deny contains "…" if { … }`,
    )
  const asked: Asked = {
    what: 'package' in ask ? `package ${ask.package}` : ask.query,
    defines,
    secret: of.expose === 'text',
  }
  return {
    async enter(exchange) {
      let input: string
      try {
        input = inputOf(exchange, { texts: of.expose === 'text', reads: program.reads, now: Date.now() })
      } catch (error) {
        if (!(error instanceof TooLong)) throw error
        return { objections: objectionsOf({ error: error.message }, asked) }
      }
      return { objections: objectionsOf(await program.decide(index, input, of.deadline), asked) }
    },
  }
}
