import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onStop } from '../gate.ts'

/** A certificate and its key: files of PEM. */
export interface Pair {
  cert: string
  key: string
}

export interface TestCa {
  /** Its own certificate, a file of PEM. */
  file: string
  /** @param subject such as `/CN=name` @param names such as `URI:spiffe://a/b` */
  issue(subject: string, names?: readonly string[], days?: number): Pair
}

/** A certification authority on this machine. */
export function startCa(name = 'test'): TestCa {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  onStop(async () => rmSync(dir, { recursive: true, force: true }))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`)
  let made = 0
  return {
    file: join(dir, 'ca.pem'),
    issue(subject, names = [], days = 1) {
      const file = (ending: string) => `${made}.${ending}`
      made++
      openssl('req', '-new', ...key, '-utf8', '-keyout', file('key'), '-out', file('csr'), '-subj', subject)
      // In a section, so that a comma in a name is no second name.
      const listed = names.map((name, index) => name.replace(':', `.${index}=`)).join('\n')
      writeFileSync(
        join(dir, file('ext')),
        names.length === 0 ? '' : `subjectAltName=@names\n[names]\n${listed}\n`,
      )
      const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', file('ext')]
      openssl('x509', '-req', '-in', file('csr'), '-out', file('pem'), '-days', String(days), ...sign)
      return { cert: join(dir, file('pem')), key: join(dir, file('key')) }
    },
  }
}

/** What a client of Node is given. */
export const pem = ({ cert, key }: Pair) => ({ cert: readFileSync(cert), key: readFileSync(key) })
