import type { CheckpointModule } from '../core/types.ts'
import { budget } from './budget/index.ts'
import { hook } from './hook/index.ts'
import { rateLimit } from './rate-limit/index.ts'
import { rego } from './rego/index.ts'

/** Every checkpoint that a boundary can name. */
export const CHECKPOINTS: readonly CheckpointModule[] = [rateLimit, budget, rego, hook]
