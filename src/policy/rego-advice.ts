import { isInTheClear } from './auth-advice.ts'
import type { Documents } from './documents.ts'
import type { Problem } from './problem.ts'

/** What of the places that rules, their data and their decisions go to and come from is allowed, but seldom meant. */
export function adviseOnRego({ gate, policies }: Documents, warnings: Problem[]): void {
  for (const { spec, yaml } of policies) {
    const warn = (path: PropertyKey[], message: string) =>
      warnings.push(yaml.problem(['spec', ...path, 'url'], message))
    for (const [index, { url }] of spec?.sources.entries() ?? [])
      if (url !== undefined && isInTheClear(url))
        warn(['sources', index], 'http: whoever stands on the way decides what it says: write https')
    const { url, verify } = spec?.bundle ?? {}
    if (url !== undefined && isInTheClear(url) && verify === undefined)
      warn(['bundle'], 'http: whoever stands on the way decides what may pass: write https, or "verify"')
  }
  const url = gate?.spec?.rego.decisions.url
  if (gate !== undefined && url !== undefined && isInTheClear(url))
    warnings.push(
      gate.yaml.problem(
        ['spec', 'rego', 'decisions', 'url'],
        'http carries what was decided, and on what grounds, in the clear: write https',
      ),
    )
}
