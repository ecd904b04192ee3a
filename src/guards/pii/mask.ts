import { createHmac } from 'node:crypto'
import { label } from '../../core/codes.ts'
import type { Edit } from '../../core/types.ts'
import type { Entity } from './entity.ts'

export type Mask = 'label' | 'last4' | 'hash' | 'token'

/** How many hexadecimal digits of the keyed hash stand in the text. */
const HASH_LENGTH = 12

/** What stands in the place of a value. `key` is for `hash`. */
export function masked(mask: Mask, key: string, entity: Entity, value: string): Edit {
  const name = label(`pii.${entity.name}`)
  switch (mask) {
    case 'label':
      return { replace: `[${name}]` }
    case 'last4':
      return { replace: entity.shows === 0 ? `[${name}]` : `[${name} ${value.slice(-4)}]` }
    case 'hash': {
      const hash = createHmac('sha256', key).update(value).digest('hex')
      return { replace: `[${name} ${hash.slice(0, HASH_LENGTH)}]` }
    }
    case 'token':
      return { token: name }
  }
}
