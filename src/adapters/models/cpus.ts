import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** `quota period`, or `max period`: cgroup v2; two files in v1, where no limit is -1. */
const V2 = '/sys/fs/cgroup/cpu.max'
const V1 = ['/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu/cpu.cfs_period_us'] as const

/**
 * CPUs that this process may use at the same time: a container is told all of its machine's, and is halted once it used
 * up its share.
 */
export function cpus(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): number {
  const all = availableParallelism()
  const share = quota(read)
  return share === undefined ? all : Math.max(1, Math.min(all, Math.floor(share)))
}

function quota(read: (path: string) => string): number | undefined {
  for (const files of [[V2], V1]) {
    try {
      const [most, period] = files.flatMap((file) => read(file).trim().split(/\s+/)).map(Number)
      if (most! > 0 && period! > 0) return most! / period!
      return undefined
    } catch {
      // Not that version.
    }
  }
  return undefined
}
