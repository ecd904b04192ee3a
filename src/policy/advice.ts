import type { GuardPorts } from '../core/ports.ts'
import { adviseOnAuth, isInTheClear } from './auth-advice.ts'
import type { Documents } from './documents.ts'
import type { Problem } from './problem.ts'
import { adviseOnRego } from './rego-advice.ts'
import { STAGES, type UpstreamSpec } from './schema.ts'

/** Out of service: its key may be missing, and is. */
export function isAbsent(upstream: UpstreamSpec, ports: GuardPorts): boolean {
  const variable = variableOf(upstream)
  return variable?.optional === true && !isSet(variable.env, ports)
}

type Key = Extract<UpstreamSpec, { key?: unknown }>['key']

function variableOf(upstream: { protocol: string; key?: Key }): { env: string; optional?: true } | undefined {
  return upstream.key !== undefined && 'env' in upstream.key ? upstream.key : undefined
}

function isSet(env: string, ports: GuardPorts): boolean {
  try {
    return ports.secret({ env }) !== ''
  } catch {
    return false
  }
}

/** What is allowed, but seldom meant. */
export function adviseOn(documents: Documents, ports: GuardPorts, warnings: Problem[]): void {
  adviseOnAuth(documents, ports, warnings)
  adviseOnRego(documents, warnings)
  const { upstreams, boundaries, consumers } = documents
  const reached = new Set(boundaries.flatMap(({ spec }) => spec?.upstreams.map(({ name }) => name) ?? []))
  for (const { name, spec, yaml } of upstreams) {
    if (spec === undefined) continue
    if (!reached.has(name))
      warnings.push(
        yaml.problem(['metadata', 'name'], `no boundary lists upstream "${name}", so no call reaches it`),
      )
    if (spec.protocol === 'loopback') continue
    const variable = variableOf(spec)
    if (variable !== undefined && variable.optional !== true && !isSet(variable.env, ports))
      warnings.push(
        yaml.problem(
          ['spec', 'key', 'env'],
          `${variable.env} is not set here: calls to this upstream will fail`,
        ),
      )
    if (spec.key !== undefined && isInTheClear(spec.baseUrl))
      warnings.push(
        yaml.problem(['spec', 'baseUrl'], 'http carries the key and every prompt in the clear: write https'),
      )
  }
  for (const { name, spec, yaml } of boundaries) {
    if (spec === undefined) continue
    if (spec.output.length === 0)
      warnings.push(
        yaml.problem(
          ['metadata', 'name'],
          `boundary "${name}" has no rules for "output": answers are not inspected`,
        ),
      )
    if (spec.upstreams.length === 0)
      warnings.push(
        yaml.problem(
          ['spec', 'upstreams'],
          `boundary "${name}" has no upstream: it answers /v1/inspect only`,
        ),
      )
    if (spec.enforce === 'shadow')
      warnings.push(
        yaml.problem(
          ['spec', 'enforce'],
          `boundary "${name}" is only tried: what it finds is recorded, and lets the call pass`,
        ),
      )
    else
      for (const stage of STAGES)
        for (const [index, { use, enforce }] of spec[stage].entries())
          if (enforce === 'shadow')
            warnings.push(
              yaml.problem(
                ['spec', stage, index, 'enforce'],
                `"${use}" is only tried: what it finds is recorded, and lets the call pass`,
              ),
            )
  }
  for (const { name, spec, yaml } of consumers) {
    if (spec === undefined) continue
    const served = boundaries.some(
      (boundary) =>
        boundary.spec !== undefined &&
        [spec.tenant, '*'].some((tenant) => boundary.spec?.match.tenants.includes(tenant)) &&
        boundary.spec.require.roles.every((role) => spec.roles.includes(role)) &&
        (spec.boundaries === undefined ||
          ['*', boundary.name].some((entry) => spec.boundaries?.includes(entry))),
    )
    if (!served)
      warnings.push(
        yaml.problem(
          ['metadata', 'name'],
          `no boundary serves consumer "${name}": all its calls will be refused`,
        ),
      )
  }
}
