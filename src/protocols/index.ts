import { generate } from './generate/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import type { Protocol } from './types.ts'

/** Every protocol that the gate speaks. */
export const PROTOCOLS: readonly Protocol[] = [openaiChat, openaiResponses, generate]
