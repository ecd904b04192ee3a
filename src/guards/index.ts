import type { GuardModule } from '../core/types.ts'
import { code } from './code/index.ts'
import { content } from './content/index.ts'
import { encoded } from './encoded/index.ts'
import { jsonSchema } from './json-schema/index.ts'
import { keywords } from './keywords/index.ts'
import { language } from './language/index.ts'
import { length } from './length/index.ts'
import { links } from './links/index.ts'
import { pii } from './pii/index.ts'
import { promptInjection } from './prompt-injection/index.ts'
import { promptLeak } from './prompt-leak/index.ts'
import { secrets } from './secrets/index.ts'
import { tone } from './tone/index.ts'
import { topics } from './topics/index.ts'
import { toxicity } from './toxicity/index.ts'
import { unicode } from './unicode/index.ts'

/** Every guard that a boundary can name. */
export const GUARDS: readonly GuardModule[] = [
  length,
  content,
  unicode,
  encoded,
  keywords,
  promptInjection,
  toxicity,
  topics,
  tone,
  pii,
  secrets,
  links,
  promptLeak,
  jsonSchema,
  code,
  language,
]
