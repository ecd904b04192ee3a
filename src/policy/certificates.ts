import type { Documents } from './documents.ts'
import type { UpstreamSpec } from './schema.ts'

type Tls = NonNullable<Extract<UpstreamSpec, { tls?: unknown }>['tls']>

/** What is wrong with the files, if anything: in which field, and what. */
export type TlsProblem = (files: Tls) => { field: keyof Tls; message: string } | undefined

/** Files that cannot be used are found when the policy loads, not when somebody calls. */
export function checkTls({ upstreams, problems }: Documents, problemOf: TlsProblem): void {
  for (const { spec, yaml } of upstreams) {
    if (spec === undefined || spec.protocol === 'loopback' || spec.tls === undefined) continue
    if (!spec.baseUrl.toLowerCase().startsWith('https:'))
      problems.push(
        yaml.problem(['spec', 'tls'], '"tls" is for an address with https: write https in "baseUrl"'),
      )
    const problem = problemOf(spec.tls)
    if (problem !== undefined)
      problems.push(
        yaml.problem(
          ['spec', 'tls', problem.field],
          `${problem.message}: name a PEM file that this process may read`,
        ),
      )
  }
}
