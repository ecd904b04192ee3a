import { Worker, type WorkerOptions } from 'node:worker_threads'

/** Run from source, a thread must first load what makes JavaScript of it: Node's own options do not reach its first file. */
const SOURCE = import.meta.url.endsWith('.ts')

/**
 * Starts a file in a thread that knows nothing of this process's environment.
 * @param beside the URL of a file beside it
 * @param name without its ending, which differs between source and what is built
 */
export function startThread(
  beside: string,
  name: string,
  options: Pick<WorkerOptions, 'workerData' | 'resourceLimits'>,
): Worker {
  const file = new URL(`./${name}.${SOURCE ? 'ts' : 'js'}`, beside)
  const code = `import('tsx/esm/api').then(({ register }) => register() && import('${file.href}'))`
  return new Worker(SOURCE ? code : file, { ...options, eval: SOURCE, env: {}, execArgv: [] })
}
