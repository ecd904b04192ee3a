import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checks, exchange } from '../../test/drive.ts'
import { type VirtualClock, virtualClock } from '../../test/virtual-clock.ts'
import { cancellation } from './cancellation.ts'
import { openPassage } from './checkpoint.ts'
import { NO_CONTENT } from './content.ts'
import type { Action, Checkpoint, CheckpointRule, Entry, Objection, Outcome } from './types.ts'

const OUTCOME: Outcome = {
  admitted: true,
  reached: true,
  upstream: 'u',
  inputTokens: 1,
  cachedTokens: 0,
  outputTokens: 1,
}

function rule(checkpoint: Checkpoint, more: Partial<CheckpointRule> = {}): CheckpointRule {
  return { name: 'limit', stage: 'admit', checkpoint, actions: new Map(), timeout: 1000, ...more }
}

function open(rules: readonly CheckpointRule[], clock: VirtualClock = virtualClock(), shadow = false) {
  const warned: unknown[] = []
  const cancel = cancellation()
  const ex = exchange({ ...checks([]), shadow, checkpoints: { admit: rules } }, { clock })
  const passage = openPassage(
    ex,
    {
      id: 'ex_1',
      boundary: 'b',
      caller: { subject: 's', tenant: 't', roles: [] },
      model: 'm',
      signal: cancel.signal,
      estimate: () => ({ inputTokens: 1, outputTokens: 1 }),
      prices: () => new Map(),
      path: '/v1/chat/completions',
      contextTokens: undefined,
      upstreams: [],
      stream: false,
      request: NO_CONTENT,
    },
    (error) => warned.push(error),
  )
  return { passage, ex, clock, cancel, warned }
}

const objects = (...objections: Objection[]): Checkpoint => ({ enter: () => ({ objections }) })
const acts = (code: string, action: Action) => ({ actions: new Map([[code, action]]) })

describe('what checkpoints say', () => {
  test('becomes findings with the boundary’s action; the first that blocks ends the stage', () => {
    let asked = 0
    const { passage, ex } = open([
      rule(objects({ code: 'a.b', reason: 'one' }), acts('a.b', 'flag')),
      rule(objects({ code: 'a.c', reason: 'two', status: 451, retryAfter: 1500 })),
      rule({
        enter() {
          asked++
          return { objections: [] }
        },
      }),
    ])
    const block = passage.enter('admit')
    expect(block).toEqual({
      code: 'a.c',
      reason: 'two',
      score: 1,
      guard: 'limit',
      stage: 'admit',
      action: 'block',
      places: [],
      status: 451,
      retryAfter: 1500,
    })
    expect(ex.findings.map(({ code, action }) => [code, action])).toEqual([
      ['a.b', 'flag'],
      ['a.c', 'block'],
    ])
    expect([ex.verdict, asked]).toEqual(['block', 0])
  })

  test('is only recorded in shadow, unless shadow does not hold for it', () => {
    const no = objects({ code: 'a.b', reason: 'no' })
    const shadowed = open([rule(no)], undefined, true)
    expect(shadowed.passage.enter('admit')).toBeUndefined()
    expect(shadowed.ex.findings).toMatchObject([{ code: 'a.b', action: 'block' }])
    expect(open([rule(no, { unshadowed: true })], undefined, true).passage.enter('admit')).toMatchObject({
      code: 'a.b',
    })
  })

  test('other stages have none, and cost no promise', () => {
    expect(open([rule(objects({ code: 'a.b', reason: 'no' }))]).passage.enter('policy')).toBeUndefined()
  })
})

describe('a failure is guard.failed', () => {
  const never: Checkpoint = { enter: () => new Promise(() => {}) }
  const broken: Record<string, Checkpoint> = {
    throws: {
      enter() {
        throw new Error('secret')
      },
    },
    rejects: { enter: () => Promise.reject(new Error('secret')) },
    'gives nothing': { enter: () => undefined as never },
    'gives nothing later': { enter: () => Promise.resolve(undefined as never) },
    'never answers': never,
  }
  for (const [how, checkpoint] of Object.entries(broken))
    test(`when it ${how}`, async () => {
      const { passage, clock, ex } = open([rule(checkpoint)])
      const entered = passage.enter('admit')
      await clock.pass(1000)
      expect(await entered).toMatchObject({ code: 'guard.failed', action: 'block' })
      expect(JSON.stringify(ex.findings)).not.toContain('secret')
    })

  test('not while it waits on purpose', async () => {
    const { passage, clock } = open([rule({ ...never, waits: 2000 })])
    let block: unknown
    void Promise.resolve(passage.enter('admit')).then((finding) => {
      block = finding
    })
    await clock.pass(2999)
    expect(block).toBeUndefined()
    await clock.pass(1)
    expect(block).toMatchObject({ code: 'guard.failed' })
  })
})

test('who leaves while a checkpoint waits gets the reason at once', async () => {
  const { passage, cancel } = open([rule({ enter: () => new Promise(() => {}) })])
  const entered = passage.enter('admit')
  cancel.abort({ gone: 'client' })
  await expect(entered).rejects.toEqual({ gone: 'client' })
})

test('that settling fails is told, and the others are settled', async () => {
  let settled = 0
  const settling = (settle: Entry['settle']): CheckpointRule =>
    rule({ enter: () => ({ objections: [], ...(settle && { settle }) }) })
  const { passage, warned } = open([
    settling(() => {
      throw new Error('one')
    }),
    settling(() => Promise.reject(new Error('two'))),
    settling(() => void settled++),
  ])
  passage.enter('admit')
  passage.settle(OUTCOME)
  passage.settle(OUTCOME)
  await new Promise((resolve) => setImmediate(resolve))
  expect(warned.map(String)).toEqual(['Error: one', 'Error: two'])
  expect(settled).toBe(1)
})

test('whatever happens, what was entered is settled exactly once, and admitted only if all let it in', async () => {
  const behaviour = fc.record({
    /** Milliseconds until it answers; -1 at once, -2 never. */
    after: fc.oneof(fc.constant(-1), fc.constant(-2), fc.nat(200)),
    fails: fc.boolean(),
    blocks: fc.boolean(),
  })
  const ending = fc.record({ leaves: fc.option(fc.nat(250)), settles: fc.nat(300) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { maxLength: 4 }),
      ending,
      async (behaviours, { leaves, settles }) => {
        const clock = virtualClock()
        const given: { outcomes: Outcome[] }[] = []
        const enter = ({ after, fails, blocks }: (typeof behaviours)[number]): Checkpoint['enter'] => {
          const answer = (): Entry => {
            if (fails) throw new Error('it fails')
            const outcomes: Outcome[] = []
            given.push({ outcomes })
            return {
              objections: blocks ? [{ code: 'a.b', reason: 'no' }] : [],
              settle: (outcome) => void outcomes.push(outcome),
            }
          }
          if (after === -1) return answer
          return () =>
            new Promise((resolve, reject) => {
              if (after === -2) return
              clock.after(after, () => {
                try {
                  resolve(answer())
                } catch (error) {
                  reject(error as Error)
                }
              })
            })
        }
        const { passage, cancel } = open(
          behaviours.map((each) => rule({ enter: enter(each) }, { timeout: 100 })),
          clock,
        )
        let ended = false
        const entering = Promise.resolve()
          .then(() => passage.enter('admit'))
          .then(
            (block) => {
              ended = true
              return block === undefined
            },
            () => {
              ended = true
              return false
            },
          )
        if (leaves !== null) clock.after(leaves, () => cancel.abort('left'))
        await clock.pass(settles)
        // The gateway settles when the work has ended, never before.
        while (!ended) await clock.pass(50)
        const admitted = await entering
        passage.settle({ ...OUTCOME, admitted })
        await clock.pass(1000)
        passage.settle(OUTCOME)
        for (const { outcomes } of given) expect(outcomes).toHaveLength(1)
        const all = given.flatMap(({ outcomes }) => outcomes)
        if (admitted) expect(given).toHaveLength(behaviours.length)
        expect(all.every((outcome) => outcome.admitted === admitted)).toBe(true)
      },
    ),
    { numRuns: 200 },
  )
})
