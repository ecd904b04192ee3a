import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCalls, type Slotted } from './open-calls.ts'

test('holds what a Set would, in whatever order calls end', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 7 }), { maxLength: 60 }), (steps) => {
      const calls = Array.from({ length: 8 }, (): Slotted => ({ slot: 0 }))
      const [open, model] = [openCalls(), new Set<Slotted>()]
      for (const step of steps) {
        const call = calls[step]!
        if (model.has(call)) {
          open.delete(call)
          model.delete(call)
        } else {
          open.add(call)
          model.add(call)
        }
        // Those that are gone are no more than that, whoever stands in their slot now.
        for (const gone of calls.filter((each) => !model.has(each))) open.delete(gone)
        expect([...open].length).toBe(model.size)
        expect([...open].every((each) => model.has(each))).toBe(true)
      }
    }),
  )
})
