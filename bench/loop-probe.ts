import { readFileSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

// Loaded into the gate before anything else (`node --import`). On SIGUSR2 it writes how long the event loop was held up
// since the last time to the file that LOOP_FILE names.

const TICK = 2
const file = process.env.LOOP_FILE!
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
/** CPU time of this thread alone, in ms (proc(5), schedstat): what else the machine does is not in it. */
const busy = (): number =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
let last = busy()
let most = 0
setInterval(() => {
  const now = busy()
  most = Math.max(most, now - last)
  last = now
}, TICK).unref()
process.on('SIGUSR2', () => {
  writeFileSync(file, JSON.stringify({ wall: delay.max / 1e6, busy: most }))
  delay.reset()
  most = 0
})
