import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type BuildOptions, buildPolicy } from './build.ts'
import { readFolder } from './folder.ts'
import { showProblem } from './problem.ts'
import { type Watcher, type WatchOptions, watchFolder } from './watch.ts'

const OPTIONS: BuildOptions = { modules: [], ports: { secret: () => '' }, paths: [], packageVersion: '1' }
const upstream = (pace: string) =>
  `apiVersion: sallyport.dev/v1\nkind: Upstream\nmetadata: { name: u }\nspec: { protocol: loopback, pace: ${pace} }\n`

let dir: string
let watcher: Watcher | undefined
let told: string[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
  told = []
})
afterEach(async () => {
  watcher?.close()
  await rm(dir, { recursive: true, force: true })
})

/** Begins to watch; what is told of goes to `told`. A poll of an hour leaves only events, or `check`. */
async function start(poll: number, more: Partial<WatchOptions> = {}) {
  watcher = watchFolder({
    folder: await readFolder(dir),
    build: (folder) => buildPolicy(folder, OPTIONS),
    poll,
    settle: 5,
    onChange: ({ upstreams: [first] }) =>
      told.push(`pace ${first?.protocol === 'loopback' ? first.pace : '-'}`),
    onRefused: ([first]) =>
      told.push(`refused ${first === undefined ? '' : showProblem(first).replace(dir, '')}`),
    ...more,
  })
  return watcher
}
const HOUR = 3_600_000
const eventually = (expected: string[]) =>
  vi.waitFor(() => expect(told).toEqual(expected), { timeout: 20_000, interval: 10 })

describe('a change', () => {
  test('is built and told, once, with the content that came to rest', async () => {
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    const { check } = await start(HOUR)
    await check()
    expect(told).toEqual([])
    await writeFile(join(dir, 'a.yaml'), upstream('2ms'))
    await check()
    await check()
    expect(told).toEqual(['pace 2'])
  })

  test.each([
    ['by events', HOUR],
    ['by comparing', 20],
  ])('is seen %s', async (_, poll) => {
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    await start(poll)
    await writeFile(join(dir, 'a.yaml'), upstream('2ms'))
    await eventually(['pace 2'])
    await writeFile(join(dir, '.a.yaml.swp'), upstream('3ms'))
    await rename(join(dir, '.a.yaml.swp'), join(dir, 'a.yaml'))
    await eventually(['pace 2', 'pace 3'])
  })

  test('counts only when it has come to rest', async () => {
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    const { check } = await start(HOUR, { settle: 250 })
    // The writer's timer is due between any two readings, as both stand in one queue.
    let written = 0
    const writer = setInterval(() => {
      writeFileSync(join(dir, 'a.yaml'), written < 60 ? `kind: X${written}\n` : upstream('2ms'))
      if (written++ === 60) clearInterval(writer)
    }, 10)
    await vi.waitFor(() => expect(written).toBeGreaterThan(0))
    await check()
    expect(told).toEqual(['pace 2'])
  })

  test('of a file behind a symbolic link is seen by comparing alone', async () => {
    await mkdir(join(dir, 'mount'))
    await writeFile(join(dir, 'elsewhere'), upstream('1ms'))
    await symlink(join(dir, 'elsewhere'), join(dir, 'mount/a.yaml'))
    dir = join(dir, 'mount')
    await start(20)
    await writeFile(join(dir, '../elsewhere'), upstream('2ms'))
    await eventually(['pace 2'])
    dir = join(dir, '..')
  })

  test.each([
    ['by events', HOUR],
    ['by comparing', 20],
  ])('as Kubernetes makes it is seen %s', async (_, poll) => {
    // A mounted folder: `a.yaml -> ..data/a.yaml`, `..data -> ..<time>`; an update swaps `..data` in one rename.
    const publish = async (time: string, pace: string) => {
      await mkdir(join(dir, `..${time}`))
      await writeFile(join(dir, `..${time}`, 'a.yaml'), upstream(pace))
      await symlink(`..${time}`, join(dir, '..data_tmp'))
      await rename(join(dir, '..data_tmp'), join(dir, '..data'))
    }
    await publish('2030_01', '1ms')
    await symlink('..data/a.yaml', join(dir, 'a.yaml'))
    await start(poll)
    await publish('2030_02', '2ms')
    await rm(join(dir, '..2030_01'), { recursive: true })
    await eventually(['pace 2'])
    await publish('2030_03', 'wrong')
    await eventually([
      'pace 2',
      'refused /a.yaml:4:35: "pace" must be a duration of at most 24h: write 250ms, 2s, 5m or 1h',
    ])
  })
})

describe('a bad change', () => {
  test('is refused once; mended, also back to what was served, it is told as good', async () => {
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    const { check } = await start(HOUR)
    await writeFile(join(dir, 'a.yaml'), 'kind: X\n')
    await check()
    await check()
    expect(told).toEqual([
      'refused /a.yaml:1:7: unknown kind "X": write one of Gate, Upstream, Boundary, Consumer, Policy, InputGuardPolicy',
    ])
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    await check()
    expect(told.slice(1)).toEqual(['pace 1'])
  })

  test('is a folder that is emptied or gone, too', async () => {
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    const { check } = await start(HOUR)
    await unlink(join(dir, 'a.yaml'))
    await check()
    await rm(dir, { recursive: true })
    await check()
    await mkdir(dir)
    await writeFile(join(dir, 'a.yaml'), upstream('2ms'))
    await check()
    expect(told).toEqual([
      'refused : there is no .yaml file in this folder: write one, or name another folder',
      'refused : cannot be read (it is not there): name a folder of .yaml files',
      'pace 2',
    ])
  })

  test('is one that breaks the builder', async () => {
    await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
    const { check } = await start(HOUR, { build: () => Promise.reject(new Error('no memory')) })
    await writeFile(join(dir, 'a.yaml'), upstream('2ms'))
    await check()
    expect(told).toEqual(['refused : no memory'])
  })
})

test('closed, it tells of nothing more', async () => {
  await writeFile(join(dir, 'a.yaml'), upstream('1ms'))
  const { check, close } = await start(HOUR)
  await writeFile(join(dir, 'a.yaml'), upstream('2ms'))
  const looking = check()
  close()
  await looking
  await check()
  expect(told).toEqual([])
})

test('a device among the documents is a mistake, and is not read without end', async () => {
  await writeFile(join(dir, 'a.yaml'), upstream('1s'))
  await symlink('/dev/zero', join(dir, 'b.rego'))
  const found = await readFolder(dir)
  expect(found.problems.map(showProblem)).toEqual([
    `${join(dir, 'b.rego')}: cannot be read (it is no file): make it a file that this process may read`,
  ])
})
