import type { SecretRef } from '../../../core/ports.ts'
import type { Thread, ThreadEvents } from '../pool.ts'
import type { ServerAddress } from './client.ts'
import { grpcClient } from './grpc.ts'
import { httpClient } from './http.ts'
import { patience, remoteThread } from './thread.ts'

/** A server that runs the models, as documents say it. Files are PEM. */
export interface ServerSettings extends Pick<ServerAddress, 'url' | 'names'> {
  /** Batches that it may be asked at the same time. */
  connections: number
  key?: SecretRef
  tls?: { ca?: string; cert?: string; key?: string; serverName?: string }
}

export interface ServerPorts {
  secret(ref: SecretRef): string
  /** Reads the files. */
  tls(files: NonNullable<ServerSettings['tls']>): ServerAddress['tls']
}

/** What the pool asks instead of threads of this process. */
export function serverThreads(
  { url, names, connections, key, tls }: ServerSettings,
  deadline: number,
  ports: ServerPorts,
): { threads: number; start(events: ThreadEvents): Thread; close(): Promise<void> } {
  const material = tls && ports.tls(tls)
  const address: ServerAddress = {
    url,
    names,
    ...(key && { token: () => ports.secret(key) }),
    ...(material && { tls: material }),
  }
  const client = url.startsWith('grpc') ? grpcClient(address) : httpClient(address, connections)
  const policy = patience()
  return {
    threads: connections,
    start: (events) => remoteThread(client, policy, deadline, events),
    close: () => client.close(),
  }
}
