import { connect, type Socket } from 'node:net'

// Opens connections to a gate of this machine, makes one call on each, and holds them until its parent has gone.

interface Job {
  port: number
  key: string
  connections: number
  /** Which of 127.0.0.x they come from: an address has not enough ports for all. */
  from: string
}

const AT_ONCE = 100
const kept: Socket[] = []

function open({ port, key, from }: Job): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    kept.push(socket)
    socket.on('error', reject)
    socket.once('data', () => resolve())
    socket.write(`GET /v1/models HTTP/1.1\r\nhost: gate\r\nauthorization: Bearer ${key}\r\n\r\n`)
  })
}

process.on('message', (job: Job) => {
  const run = async () => {
    for (let opened = 0; opened < job.connections; opened += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => open(job)))
    return kept.filter(({ destroyed }) => !destroyed).length
  }
  run().then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: 0 })
