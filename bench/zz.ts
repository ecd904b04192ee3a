import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { WORKLOADS, sample, median } from './measure.ts'
import { documents, gate, script, type Server } from './processes.ts'
const mock = await script('mock'), loader = await script('load')
const bare = await script('bare-proxy', `http://127.0.0.1:${mock.port}`)
function other(dir: string, config: string, pre: string[] = []): Promise<Server> {
  const child = spawn(process.execPath, [...pre, `/work/main/node_modules/.cache/${dir}/src/main.js`, 'serve', '--config', config, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--record', `/tmp/rec-${dir}.jsonl`], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.on('exit', () => child.kill('SIGKILL'))
  return new Promise((r) => { let o = ''; child.stdout.on('data', (b) => { o += b; const m = /gate http:\/\/127\.0\.0\.1:(\d+)/.exec(o); if (m) r({ child, pid: child.pid!, port: +m[1]! }) }) })
}
const e = documents('empty', mock.port), d = documents('default', mock.port)
const servers: [string, Server][] = [['bare', bare], ['patched', await other('sallyport-patched', e)], ['no record', await other('sallyport-norec', e)], ['buffered record', await other('sallyport-buf', e)], ['semi 64', await other('sallyport-patched', e, ['--max-semi-space-size=64'])], ['buf+semi', await other('sallyport-buf', e, ['--max-semi-space-size=64'])]]
for (const w of WORKLOADS.slice(0, 1)) {
  for (const [, s] of servers) await sample(loader, s, w.template, 32, 4000)
  const got = new Map<string, { rate: number; cpu: number }[]>()
  for (let k = 0; k < 5; k++) for (const [n, s] of servers) { const r = await sample(loader, s, w.template, 32, 1200); got.set(n, [...(got.get(n) ?? []), { rate: r.calls / r.duration * 1000, cpu: r.cpu * 1000 }]) }
  for (const [n, a] of got) console.log(w.name.padEnd(18), n.padEnd(18), 'rate', Math.round(median(a.map((x) => x.rate))), 'ratio', median(a.map((x, i) => x.rate / got.get('bare')![i]!.rate)).toFixed(2), 'cpu', Math.round(median(a.map((x) => x.cpu))))
}
process.exit(0)
