import { isPathName } from '../core/paths.ts'
import { type Documents, field, goodEntries } from './documents.ts'
import { suggest } from './nearest.ts'
import { type Problem, showPlace } from './problem.ts'
import { type BoundarySpec, matchSchema, routeSchema } from './schema.ts'
import { indexClaims } from './select.ts'
import type { KnownPath } from './types.ts'

type Boundary = Documents['boundaries'][number]

/** What the documents of a folder say of each other, and of the paths of the gate. */
export function checkReferences(documents: Documents, paths: readonly KnownPath[]): void {
  const matched: { doc: Boundary; match: BoundarySpec['match'] }[] = []
  for (const doc of documents.boundaries) {
    const match = matchSchema.safeParse(field(field(doc.yaml.value, 'spec'), 'match') ?? {}).data
    if (match === undefined) continue
    matched.push({ doc, match })
    checkPaths(doc, match, paths, documents.problems)
    checkRoutes(doc, match, paths, documents)
  }
  checkTies(matched, documents.problems)
  checkModelsInAddresses(documents)
  checkConsumers(documents)
  checkGate(documents)
}

function checkPaths(
  doc: Boundary,
  match: BoundarySpec['match'],
  paths: readonly KnownPath[],
  problems: Problem[],
): void {
  const known = paths.map(({ path }) => path)
  for (const [index, path] of match.paths.entries()) {
    if (path === '*' || known.includes(path)) continue
    const message = `unknown path "${path.slice(0, 128)}": ${suggest(path, [...known, '*'])}`
    problems.push(doc.yaml.problem(['spec', 'match', 'paths', index], message))
  }
}

function checkRoutes(
  doc: Boundary,
  match: BoundarySpec['match'],
  paths: readonly KnownPath[],
  { upstreams, whole, problems }: Documents,
): void {
  const wanted = match.paths.includes('*') ? paths : paths.filter(({ path }) => match.paths.includes(path))
  const seen = new Set<string>()
  const spoken = new Set<string>()
  /** Whether every upstream is known, and has a call that it can serve. */
  let good = true
  for (const { value, path: place } of goodEntries(routeSchema, doc, ['spec', 'upstreams'])) {
    const complain = (message: string): void => {
      good = false
      problems.push(doc.yaml.problem([...place, 'name'], message))
    }
    if (seen.has(value.name))
      complain(`upstream "${value.name}" stands here twice: keep one, with the sum of the weights`)
    seen.add(value.name)
    const upstream = upstreams.find(({ name }) => name === value.name)
    if (upstream === undefined) {
      good = false
      if (whole)
        complain(
          `unknown upstream "${value.name}": ${suggest(
            value.name,
            upstreams.map(({ name }) => name),
          )}`,
        )
      continue
    }
    const protocol = upstream.spec?.protocol
    if (protocol === undefined) {
      good = false
      continue
    }
    spoken.add(protocol)
    const first = wanted[0]
    if (first !== undefined && !wanted.some(({ protocols }) => protocols.includes(protocol)))
      complain(
        `upstream "${value.name}" speaks ${protocol}, which cannot serve ${first.path}: name one that speaks ${first.protocols.join(' or ')}`,
      )
  }
  if (!good || spoken.size === 0 || match.paths.includes('*')) return
  for (const { path, protocols } of wanted)
    if (!protocols.some((protocol) => spoken.has(protocol)))
      problems.push(
        doc.yaml.problem(
          ['spec', 'match', 'paths', match.paths.indexOf(path)],
          `no upstream of this boundary can serve ${path}: name one that speaks ${protocols.join(' or ')}`,
        ),
      )
}

function checkTies(
  matched: readonly { doc: Boundary; match: BoundarySpec['match'] }[],
  problems: Problem[],
): void {
  indexClaims(matched, (first, second, { path, tenant, model }) => {
    const cell = `path ${path}, tenant ${tenant} and model ${model}`
    problems.push(
      second.doc.yaml.problem(
        ['spec', 'match'],
        `serves the same calls as boundary "${first.doc.name}" (${showPlace(first.doc.yaml.problem(['spec', 'match'], ''))}), ` +
          `which also has ${cell}: name a path, tenant or model in only one of them`,
      ),
    )
  })
}

function checkModelsInAddresses({ upstreams, problems }: Documents): void {
  for (const { spec, yaml } of upstreams) {
    if (spec === undefined || !('baseUrl' in spec) || !spec.baseUrl.includes('{model}')) continue
    for (const [index, { name, as }] of spec.models.entries()) {
      const said = as ?? name
      if (said === '*' || isPathName(said)) continue
      const message = `"${said}" cannot stand in the address of "baseUrl": names there have letters, digits and _ . : - only`
      problems.push(yaml.problem(['spec', 'models', index, as === undefined ? 'name' : 'as'], message))
    }
  }
}

function checkConsumers({ consumers, boundaries, whole, problems }: Documents): void {
  const names = boundaries.map(({ name }) => name)
  const known = new Set(names)
  const seen = new Map<string, () => Problem>()
  for (const { spec, yaml } of consumers) {
    for (const [index, { sha256 }] of (spec?.keys ?? []).entries()) {
      const here = () => yaml.problem(['spec', 'keys', index, 'sha256'], '')
      const first = seen.get(sha256)
      if (first !== undefined)
        problems.push({
          ...here(),
          message: `this key stands at ${showPlace(first())} already: give each consumer its own`,
        })
      else seen.set(sha256, here)
    }
    for (const [index, boundary] of (spec?.boundaries ?? []).entries()) {
      if (boundary === '*' || known.has(boundary) || !whole) continue
      const message = `unknown boundary "${boundary}": ${suggest(boundary, names)}`
      problems.push(yaml.problem(['spec', 'boundaries', index], message))
    }
  }
}

function checkGate({ gate, problems }: Documents): void {
  if (gate?.spec === undefined) return
  const { listen, admin, limits, auth, tls } = gate.spec
  if (auth.certificates !== undefined && auth.forwarded === undefined && tls?.ca === undefined)
    problems.push(
      gate.yaml.problem(
        ['spec', 'auth', 'certificates'],
        '"certificates" are shown by nobody: write whose are taken in "tls.ca", or which proxies tell of them in "auth.forwarded"',
      ),
    )
  if (listen.port !== 0 && listen.port === admin.port && listen.host === admin.host)
    problems.push(
      gate.yaml.problem(['spec', 'admin'], '"admin" is the address of "listen": write another port'),
    )
  if (limits.partCharacters < limits.holdCharacters)
    problems.push(
      gate.yaml.problem(
        ['spec', 'limits', 'partCharacters'],
        '"partCharacters" must be at least "holdCharacters"',
      ),
    )
}
