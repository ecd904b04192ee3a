import { z } from 'zod'
import { defineCheckpoint } from '../../core/checkpoint.ts'
import type { Bundles, CheckpointPorts, RegoAnswer, RegoAsk } from '../../core/ports.ts'
import type { Checkpoint } from '../../core/types.ts'
import { type Asked, objectionsOf, RULES, rulesOf } from './decision.ts'
import { engine } from './engine.ts'
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
      .exactOptional(),
    engine: engine.exactOptional(),
    rules: z.array(z.enum(RULES)).min(1).exactOptional(),
  })
  .refine((of) => (of.package === undefined) !== (of.query === undefined), { error: EITHER })
  .refine((of) => of.rules === undefined || (of.engine !== undefined && of.package !== undefined), {
    error: '"rules" is for a "package" of an "engine" alone: leave it out',
  })
type Config = z.output<typeof config>

/** Milliseconds: of our own engine, and of one behind a network. */
const DEADLINE = { here: 20, there: 100 }

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
  warnings: ({ engine, package: of, rules }) =>
    engine === undefined || of === undefined || rules !== undefined
      ? []
      : [
          'OPA does not say which rules a package defines: name those that must answer, such as rules: [allow, deny]',
        ],
  asks: (of) => (of.engine === undefined ? askOf(of) : undefined),
  open,
})

/** Who is asked, and which rules of a package have to answer. */
interface Engine {
  bundles: Bundles
  /** The fields of the input that it reads; undefined where nobody knows. */
  reads: ReadonlySet<string> | undefined
  answer(input: string): Promise<{ answer: RegoAnswer; defines: readonly string[] }>
}

function open(of: Config, ports: CheckpointPorts): Checkpoint {
  const engine = of.engine === undefined ? here(of, ports) : there(of, of.engine, ports)
  const { bundles, answer: ask } = engine
  const { clock, decided } = ports
  // What is written down of a decision is all of its input.
  const reads = decided === undefined ? engine.reads : undefined
  const path = stepsOf(of).join('/')
  const asked: Omit<Asked, 'defines'> = {
    what: of.package === undefined ? of.query! : `package ${of.package}`,
    secret: of.expose === 'text',
  }
  return {
    async enter(exchange) {
      let input: string
      try {
        input = inputOf(exchange, { texts: of.expose === 'text', reads, now: Date.now() })
      } catch (error) {
        if (!(error instanceof TooLong)) throw error
        return { objections: objectionsOf({ error: error.message }, { ...asked, defines: [] }) }
      }
      const began = clock.now()
      const { answer, defines } = await ask(input)
      const by = exchange.caller.subject
      decided?.({ path, input, answer, by, exchange: exchange.id, took: clock.now() - began, bundles })
      return { objections: objectionsOf(answer, { ...asked, defines }) }
    },
  }
}

/** The policy's own Rego. */
function here(of: Config, { rego: rules }: CheckpointPorts): Engine {
  if (rules === undefined) throw new Error('there is no Rego here')
  const { program, index, bundles } = rules(askOf(of))
  const defines = program.defines(index)
  if (of.package !== undefined && defines.length === 0)
    throw new Error(
      `package ${of.package} defines none of allow, deny, flag and transform: write one of them, such as deny contains "…" if { … }`,
    )
  const { deadline = DEADLINE.here } = of
  return {
    bundles,
    reads: program.reads,
    answer: async (input) => ({ answer: await program.decide(index, input, deadline), defines }),
  }
}

/**
 * A server of OPA. It does not say which rules a package defines: those that must answer are named. Where none is, `deny` has to
 * answer, or else `allow`.
 */
function there(of: Config, server: NonNullable<Config['engine']>, { opa }: CheckpointPorts): Engine {
  if (opa === undefined) throw new Error('no server of OPA can be asked here')
  const { deadline = DEADLINE.there, rules } = of
  const asked = opa(server)
  const steps = stepsOf(of)
  return {
    bundles: {},
    reads: undefined,
    async answer(input) {
      const said = await asked.data(steps, input, deadline)
      const answer = of.package === undefined || !('value' in said) ? said : rulesOf(said.value)
      const found = 'rules' in answer ? Object.keys(answer.rules) : []
      const must = rules ?? (found.includes('deny') ? [] : ['allow'])
      return { answer, defines: [...new Set([...must, ...found])] }
    },
  }
}

/** The way to it from `data`. */
const stepsOf = (of: Config): string[] => (of.package ?? of.query!.slice('data.'.length)).split('.')
