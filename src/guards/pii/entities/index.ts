import type { Entity } from '../entity.ts'
import { creditCard } from './card.ts'
import { email } from './email.ts'
import { NATIONAL } from './national/index.ts'

/** Every entity that a policy can name. */
export const ENTITIES: readonly Entity[] = [creditCard, email, ...NATIONAL]
