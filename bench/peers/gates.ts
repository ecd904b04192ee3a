import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { key, type Server } from '../processes.ts'
import { NotHere } from './gateways.ts'
import type { PeerTarget } from './report.ts'

// The gate as it is measured beside others: with tokens and limits, at the boundary that ships.

const SHIPPED = fileURLToPath(new URL('../../policies/default/boundaries.yaml', import.meta.url))

interface Shipped {
  spec: { input: { with: { lists?: { override: string[] } } }[] }
}
/** What callers may not say, of the boundary that ships. */
export const FORBIDDEN = (parse(readFileSync(SHIPPED, 'utf8')) as Shipped).spec.input.find(
  ({ with: { lists } }) => lists !== undefined,
)!.with.lists!.override

/** Throws unless those that are to refuse an attack do, and the others let it pass: what is measured is what is said. */
export async function checkBlocked(servers: ReadonlyMap<PeerTarget, Server>): Promise<void> {
  const LETS_PASS = new Set<PeerTarget>(['bare proxy', 'empty boundary', 'Portkey', 'LiteLLM'])
  for (const [target, { port, headers }] of servers) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'bench-model', messages: [{ role: 'user', content: FORBIDDEN[0] }] }),
    })
    await answer.text()
    // 446 is Portkey's status for what a guardrail denies.
    const wanted = LETS_PASS.has(target) ? [200] : [403, 446]
    if (!wanted.includes(answer.status)) throw new Error(`${target} answered an attack with ${answer.status}`)
  }
}

export function limited(where: 'memory' | 'redis', mock: number, store?: number): string {
  throw new NotHere('not yet')
}
export async function tokenHeaders(): Promise<Record<string, string>> {
  return {}
}
