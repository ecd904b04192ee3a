import type { Fetched, SourceSpec } from '../core/ports.ts'
import { leaves, NO_OBJECT, placed, readData, type Tree, within } from './data.ts'
import type { Documents } from './documents.ts'
import { showProblem } from './problem.ts'

// What a policy is made of besides its folder: data that is fetched, and bundles of OPA.

/** All that the `Policy` documents name. */
export function sourcesOf({ policies }: Documents): SourceSpec[] {
  return policies.flatMap(({ name, spec }) => [
    ...(spec?.sources ?? []).map(
      (source, index): SourceSpec => ({
        name: `${name}/sources[${index}]`,
        ...origin(source),
        at: source.path.split('.'),
        poll: { min: source.poll, max: source.poll },
      }),
    ),
    ...(spec?.bundle === undefined ? [] : [bundleOf(name, spec.bundle)]),
  ])
}

/** What of a source has arrived. `at`: of data alone. */
export interface Found {
  name: string
  at: readonly string[] | undefined
  fetched: Fetched
}

type Spec = NonNullable<Documents['policies'][number]['spec']>
type Bundle = NonNullable<Spec['bundle']>

function bundleOf(name: string, bundle: Bundle): SourceSpec {
  const { poll, longPoll, verify } = bundle
  return {
    name: `${name}/bundle`,
    ...origin(bundle),
    poll,
    ...(longPoll !== undefined && { longPoll }),
    ...(verify !== undefined && { verify }),
  }
}

function origin({
  url,
  file,
  key,
  tls,
}: Spec['sources'][number] | Bundle): Pick<SourceSpec, 'from' | 'key' | 'ca'> {
  return {
    from: url === undefined ? { file: file! } : { url },
    ...(key !== undefined && { key }),
    ...(tls !== undefined && { ca: tls.ca }),
  }
}

/** Why what has arrived cannot be taken, whatever else the policy holds; undefined when it can. */
export function fetchedProblem(fetched: Fetched): string | undefined {
  try {
    const roots = fetched.bundle?.roots.map(steps)
    for (const { file, tree } of dataIn(fetched)) {
      const outside = roots && leaves(tree, roots).find((place) => !roots.some((root) => within(place, root)))
      if (outside !== undefined)
        return `${file}: data.${outside.join('.')} lies outside the roots of its manifest`
    }
    for (const { file, source } of fetched.modules) {
      const place = packageOf(source)
      if (place === undefined)
        return `${file}: does not begin with its package: write package acme.models first`
      if (roots !== undefined && !roots.some((root) => within(place, root)))
        return `${file}: package ${place.join('.')} lies outside the roots of its manifest`
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const read = new WeakMap<Fetched, { file: string; tree: Tree }[]>()

/**
 * The data of a source, as they stand under `data`; read once.
 * @throws Error that names the file and what is wrong with it
 */
export function dataIn(fetched: Fetched): { file: string; tree: Tree }[] {
  const known =
    read.get(fetched) ??
    fetched.data.map(({ file, source, at, yaml }) => {
      const read = readData(file, source, yaml)
      if ('problems' in read) throw new Error(showProblem(read.problems[0]!))
      const tree = placed(read.value, at)
      if (tree === undefined) throw new Error(`${file}: ${NO_OBJECT}`)
      return { file, tree }
    })
  read.set(fetched, known)
  return known
}

/** A root of a bundle, `acme/models`, as the steps to it; the empty one is everything. */
export const steps = (root: string): string[] => (root === '' ? [] : root.split('/'))

/** Only comments may stand before it. */
const PACKAGE =
  /^(?:\s|#[^\n]*(?:\n|$))*package[ \t]+([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\["[^"\\\n]{1,256}"\])*)[ \t]*(?:\r?\n|[#;]|$)/

/** The package of a module, as the steps to it under `data`; undefined where it is not said in a plain way. */
export function packageOf(source: string): string[] | undefined {
  const name = PACKAGE.exec(source)?.[1]
  return name?.match(/[A-Za-z_][A-Za-z0-9_]*|\["[^"]+"\]/g)?.map((step) => step.replace(/^\["|"\]$/g, ''))
}
