import type { GuardModule } from '../core/types.ts'
import { content } from './content/index.ts'
import { encoded } from './encoded/index.ts'
import { keywords } from './keywords/index.ts'
import { length } from './length/index.ts'
import { pii } from './pii/index.ts'
import { unicode } from './unicode/index.ts'

/** Every guard that a boundary can name. */
export const GUARDS: readonly GuardModule[] = [length, content, unicode, encoded, keywords, pii]
