import { z } from 'zod'
import type { Digest } from '../core/ports.ts'
import type { ReadonlyExchange } from '../core/types.ts'

// Whose calls are counted together.

const WORDS = ['subject', 'tenant', 'key', 'model', 'boundary'] as const
const FORM = `must be ${WORDS.join(', ')}, { claim: team }, or a list of these`
const CLAIM =
  'must be the name of a claim, or of one inside another with dots between: write { claim: team } or { claim: org.team }'
const MAX_BY = 8

const one = z.union(
  [
    z.enum(WORDS),
    z.strictObject({
      claim: z.string({ error: CLAIM }).regex(/^[^.\s]{1,128}(?:\.[^.\s]{1,128}){0,7}$/, { error: CLAIM }),
    }),
  ],
  { error: (issue) => (issue.input === undefined ? undefined : FORM) },
)
type One = z.output<typeof one>

/** One of them, or a list: calls are counted together that are alike in all. */
export const by = z
  .union([one.transform((only) => [only]), z.array(one).min(1).max(MAX_BY)], {
    error: (issue) => (issue.input === undefined ? undefined : FORM),
  })
  .transform((list): readonly One[] => list)
export type By = z.output<typeof by>

/** What an amount is for, in words. */
export function describe(list: By): string {
  return list.map((of) => (typeof of === 'string' ? of : `claim ${of.claim}`)).join(' and ')
}

/**
 * The key under which a call is counted: of fixed length, and nothing of who calls can be read in it.
 * Callers of two tenants are never counted together by what only their tenants tell apart.
 */
export function keyOf(
  { boundary, ...exchange }: Pick<ReadonlyExchange, 'boundary' | 'caller' | 'model'>,
  list: By,
  digest: Digest,
): string {
  const whose = list.some((of) => of !== 'model' && of !== 'boundary') ? exchange.caller.tenant : undefined
  return digest(JSON.stringify([boundary, whose ?? null, list, list.map((of) => valueBy(of, exchange))]))
}

/** Null for whoever has none: they are counted together. */
function valueBy(of: One, { caller, model }: Pick<ReadonlyExchange, 'caller' | 'model'>): unknown {
  switch (of) {
    case 'subject':
      return caller.subject
    case 'key':
      return caller.keyId ?? null
    case 'model':
      return model ?? null
    case 'tenant':
    case 'boundary':
      return null
    default:
      return claimOf(caller.claims, of.claim) ?? null
  }
}

/** A claim by its name, which may hold dots itself, or else by the way to it. */
function claimOf(claims: unknown, path: string): unknown {
  if (own(claims, path) !== undefined) return own(claims, path)
  return path.split('.').reduce(own, claims)
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
