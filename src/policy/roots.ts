import { leaves, type Tree, within } from './data.ts'
import type { FolderFile } from './folder.ts'
import type { Problem } from './problem.ts'
import { dataIn, type Found, packageOf, steps } from './sources.ts'

/** A bundle owns its roots: nothing else may say anything there. */
export function checkRoots(
  found: readonly Found[],
  modules: readonly FolderFile[],
  local: Tree,
  problems: Problem[],
): void {
  const owned = found.flatMap(({ name, fetched: { bundle } }) =>
    (bundle?.roots ?? []).map((root) => ({ name, root: steps(root) })),
  )
  const shown = (root: readonly string[]) => (root.length === 0 ? 'all of data' : `data.${root.join('.')}`)
  for (const [index, { name, root }] of owned.entries()) {
    const other = owned.slice(0, index).find((of) => of.name !== name && overlap(of.root, root))
    if (other !== undefined)
      problems.push({ file: name, message: `its root ${shown(root)} is also a root of ${other.name}` })
    const says = (file: string, place: readonly string[]) =>
      problems.push({
        file,
        message: `${shown(place)} lies in ${shown(root)}, which is a root of ${name}: put it elsewhere, or name fewer roots in the manifest`,
      })
    for (const { file, source } of modules) {
      const place = packageOf(source)
      if (place !== undefined && within(place, root)) says(file, place)
    }
    for (const place of leaves(local, [root])) if (within(place, root)) says('data', place)
    for (const { name: source, fetched } of found)
      if (fetched.bundle === undefined)
        for (const { tree } of dataIn(fetched))
          for (const place of leaves(tree, [root])) if (overlap(place, root)) says(source, place)
  }
}

const overlap = (a: readonly string[], b: readonly string[]): boolean => within(a, b) || within(b, a)
