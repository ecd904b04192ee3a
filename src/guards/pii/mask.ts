import { createHmac } from 'node:crypto'
import { label } from '../../core/codes.ts'
import type { Edit } from '../../core/types.ts'
import type { Found } from './reading.ts'

export type Mask = 'label' | 'last4' | 'hash' | 'token'

/** How many hexadecimal digits of the keyed hash stand in the text. */
const HASH_LENGTH = 12

/** What stands in the place of a value. `key` is for `hash`. */
export function masked(mask: Mask, key: string, found: Found): Edit {
  const name = label(`pii.${found.entity}`)
  switch (mask) {
    case 'label':
      return { replace: `[${name}]` }
    case 'last4':
      return { replace: found.entity === 'email' ? `[${name}]` : `[${name} ${found.value.slice(-4)}]` }
    case 'hash': {
      const hash = createHmac('sha256', key).update(found.value).digest('hex')
      return { replace: `[${name} ${hash.slice(0, HASH_LENGTH)}]` }
    }
    case 'token':
      return { token: name }
  }
}
