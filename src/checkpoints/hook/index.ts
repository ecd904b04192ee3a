import { z } from 'zod'
import { defineCheckpoint } from '../../core/checkpoint.ts'
import { SourceError } from '../../core/errors.ts'
import type { CheckpointPorts } from '../../core/ports.ts'
import type { Checkpoint } from '../../core/types.ts'
import { decide, failed } from './decision.ts'
import { readScript } from './script.ts'
import { shown } from './shown.ts'
import { ownWords } from './words.ts'

const MIB = 1024 * 1024
const TIME = 'must be a time of 1ms to 1s: write 10ms'
const MEMORY = 'must be a size of 1MiB to 256MiB: write 16MiB'

const time = z
  .string({ error: TIME })
  .regex(/^[0-9]{1,4}(?:ms|s)$/, { error: TIME, abort: true })
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : 1000))
  .refine((ms) => ms >= 1 && ms <= 1000, { error: TIME })
const memory = z
  .string({ error: MEMORY })
  .regex(/^[0-9]{1,3}MiB$/, { error: MEMORY, abort: true })
  .transform((text) => Number.parseInt(text, 10) * MIB)
  .refine((bytes) => bytes >= MIB && bytes <= 256 * MIB, { error: MEMORY })

const config = z.strictObject({
  script: z.string().min(1).max(65_536),
  time: time.prefault('10ms'),
  memory: memory.prefault('16MiB'),
  clock: z.boolean().default(false),
})
type Config = z.output<typeof config>

/** What a boundary's own JavaScript says of a call. */
export const hook = defineCheckpoint<Config>({
  name: 'hook',
  stages: ['admit', 'input', 'context', 'policy', 'output', 'tool'],
  config,
  codes: () => ({
    'hook.rejected': { edits: false },
    'hook.flagged': { edits: false },
    'hook.transformed': { edits: true },
    'hook.failed': { edits: false },
  }),
  open,
})

async function open(settings: Config, { hooks }: CheckpointPorts): Promise<Checkpoint> {
  if (hooks === undefined) throw new Error('has nothing here that runs JavaScript')
  const script = readScript(settings.script)
  const opened = await hooks.open({ ...settings, script })
  if ('problem' in opened) {
    const { line, column, message } = opened.problem
    throw new SourceError('script', line, column, `no JavaScript: ${message}`)
  }
  const own = ownWords(script)
  return {
    async enter(exchange) {
      // Not even written down for it: a body that large would keep everybody waiting.
      const size = (exchange.request.body()?.length ?? 0) + (exchange.answer?.body()?.length ?? 0)
      if (size > settings.memory / 4) return failed('the call is too large for its memory')
      try {
        return decide(await opened.hook.run(shown(exchange)), own)
      } catch (error) {
        return failed(error instanceof Error ? error.message : 'it failed')
      }
    },
  }
}
