import { describe, expect, it } from 'vitest'
import { GUARDS } from '../src/guards/index.ts'
import { casesOf, edited, firstBreach, inspectWhole, openCase, partOf } from './guard-law.ts'

for (const module of GUARDS) {
  describe(module.name, () => {
    for (const row of casesOf(module.name)) {
      it(row.name, async () => {
        const guard = await openCase(module, row)
        const part = partOf(row)
        const { hits } = await inspectWhole(guard, row.text, part)
        expect(hits.map((hit) => hit.code)).toEqual(row.codes)
        if (row.spans) expect(hits.map((hit) => hit.span)).toEqual(row.spans)
        if (row.masked !== undefined) expect(edited(row.text, hits)).toBe(row.masked)
        const declared = module.codes(module.config.parse(row.config ?? {}))
        for (const hit of hits) expect(declared[hit.code]?.edits).toBe(hit.edit !== undefined)
        expect(await firstBreach(guard, row.text, { part })).toBeUndefined()
      })
    }
  })
}
