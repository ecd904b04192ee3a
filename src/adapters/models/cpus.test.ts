import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { cpus } from './cpus.ts'

const files = (all: Record<string, string>) => (path: string) => {
  const content = all[path]
  if (content === undefined) throw new Error('ENOENT')
  return content
}
const all = availableParallelism()

test.each([
  ['no cgroup', {}, all],
  ['no limit', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, all],
  ['half a CPU', { '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
  ['one and a half', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1],
  ['more than there are', { '/sys/fs/cgroup/cpu.max': '99900000 100000\n' }, all],
  [
    'version 1',
    { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
    1,
  ],
  [
    'version 1 without a limit',
    { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
    all,
  ],
])('%s', (_, given, expected) => {
  expect(cpus(files(given))).toBe(expected)
})
